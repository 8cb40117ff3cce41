import FoundationEssentials
import NIOFoundationEssentialsCompat
import Wire

/// Reads Wire's types out of a request, and tells what is wrong as a 422 answer does.
enum WireInput {
    /// - Parameter location: where the value stands.
    static func decode<T: Decodable>(
        _ type: T.Type, from value: JSONValue, at location: [ValidationIssue.Step]
    ) throws(ValidationFailure) -> T {
        let decoder = JSONDecoder()
        decoder.userInfo[.rejectsUnknownFields] = true
        do {
            return try decoder.decode(type, from: Data(buffer: JSONWriter.write(value)))
        } catch let error as UnknownFieldError {
            let path = error.path.map(Self.step)
            throw ValidationFailure(issues: [
                .init(
                    type: "extra_forbidden", location: location + path, message: "Extra inputs are not permitted",
                    input: value.at(path) ?? .null)
            ])
        } catch let error as DecodingError {
            throw ValidationFailure(issues: [issue(error, in: value, at: location)])
        } catch {
            throw ValidationFailure(issues: [valueError("\(error)", location, value)])
        }
    }

    private static func issue(
        _ error: DecodingError, in value: JSONValue, at location: [ValidationIssue.Step]
    ) -> ValidationIssue {
        switch error {
        case .keyNotFound(let key, let context):
            let path = context.codingPath.map(step)
            return .missing(location + path + [step(key)], in: value.at(path) ?? .null)
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(step)
            return valueError(context.debugDescription, location + path, value.at(path) ?? .null)
        @unknown default:
            return valueError("\(error)", location, value)
        }
    }

    private static func valueError(
        _ message: String, _ location: [ValidationIssue.Step], _ input: JSONValue
    ) -> ValidationIssue {
        .init(type: "value_error", location: location, message: "Value error, \(message)", input: input)
    }

    private static func step(_ key: any CodingKey) -> ValidationIssue.Step {
        key.intValue.map { .integer(Int64($0)) } ?? .string(key.stringValue)
    }
}

extension JSONValue {
    /// What stands at the end of a way of names and indices.
    fileprivate func at(_ path: [JSONValue]) -> JSONValue? {
        path.reduce(Optional(self)) { value, step in
            switch (value, step) {
            case (.array(let items)?, .integer(let index)) where items.indices.contains(Int(index)):
                items[Int(index)]
            case (let value?, .string(let name)): value[name]
            default: nil
            }
        }
    }
}
