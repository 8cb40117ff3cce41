import Wire

/// Reads Wire's types out of a request, and tells what is wrong as a 422 answer does.
enum WireInput {
    /// - Parameter location: where the value stands.
    static func decode<T: Decodable>(
        _ type: T.Type, from value: JSONValue, at location: [ValidationIssue.Step]
    ) throws(ValidationFailure) -> T {
        do throws(WireDecodingErrors) {
            return try WireJSON.decodeCollecting(type, from: value)
        } catch {
            throw ValidationFailure(issues: error.errors.map { issue($0, in: value, at: location) })
        }
    }

    private static func issue(
        _ error: WireDecodingError, in value: JSONValue, at location: [ValidationIssue.Step]
    ) -> ValidationIssue {
        let place = location + error.path.map(step)
        let input = value.at(error.path[...]) ?? .null
        switch error.reason {
        case .missing: return .missing(place, in: value.at(error.path.dropLast()) ?? .null)
        case .unknownField:
            return .init(
                type: "extra_forbidden", location: place, message: "Extra inputs are not permitted", input: input)
        case .invalid, .syntax:
            return .init(
                type: "value_error", location: place, message: "Value error, \(error.message)", input: input)
        }
    }

    private static func step(_ step: WireDecodingError.Step) -> ValidationIssue.Step {
        switch step {
        case .name(let name): .string(name)
        case .index(let index): .integer(Int64(index))
        }
    }
}

extension JSONValue {
    /// What stands at the end of a path.
    fileprivate func at(_ path: ArraySlice<WireDecodingError.Step>) -> JSONValue? {
        guard let step = path.first else { return self }
        switch (self, step) {
        case (.array(let items), .index(let index)) where items.indices.contains(index):
            return items[index].at(path.dropFirst())
        case (.object, .name(let name)): return self[name]?.at(path.dropFirst())
        default: return nil
        }
    }
}
