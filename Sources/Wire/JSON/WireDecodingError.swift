/// Why a value could not be read, and where in it.
public struct WireDecodingError: Error, Sendable, Hashable {
    /// One step on the way from the whole value to the one that is wrong.
    public enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    /// What kind of mistake it is.
    public enum Reason: Sendable, Hashable {
        /// The text is not JSON from this byte on.
        case syntax(offset: Int)
        /// A field that must be there is not.
        case missing
        /// A field that the model does not have; `known` are those it has.
        case unknownField(known: [String])
        /// A value of another type or outside what is allowed.
        case invalid
    }

    /// From the whole value to the one that is wrong; empty for the whole.
    public var path: [Step]
    /// The kind of mistake.
    public var reason: Reason
    /// What is wrong, without the path.
    public var message: String

    public init(path: [Step], reason: Reason, message: String) {
        self.path = path
        self.reason = reason
        self.message = message
    }

    /// The path as it is written in messages: `resources.gpu`, `ports[1]`.
    public var pathText: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .name(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }

    /// The mistake as a detail of a 422 answer.
    public var detail: ValidationDetail {
        let type =
            switch reason {
            case .syntax: "json_invalid"
            case .missing: "missing"
            case .unknownField: "extra_forbidden"
            case .invalid: "value_error"
            }
        let location: [JSONValue] = path.map { step in
            switch step {
            case .name(let name): .string(name)
            case .index(let index): .integer(Int64(index))
            }
        }
        return ValidationDetail(type: type, loc: ["body"] + location, msg: message)
    }
}

extension WireDecodingError: CustomStringConvertible {
    public var description: String { pathText.isEmpty ? message : "\(pathText): \(message)" }
}
