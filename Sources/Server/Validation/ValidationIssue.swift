import Wire

/// One thing that is wrong with a request's input, as the `detail` of a 422 answer lists it.
struct ValidationIssue: Sendable, Equatable {
    /// A step on the way to the value: a name or an index.
    typealias Step = JSONValue

    /// The kind of mistake, in pydantic's names ("missing", "extra_forbidden", …).
    var type: String
    /// Where the value stands; the first step is "body", "query" or "path".
    var location: [Step]
    var message: String
    /// What was found there.
    var input: JSONValue
    /// What the message's words are made of.
    var context: JSONValue?

    /// The issue as a JSON object.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string(type)), .init("loc", .array(location)), .init("msg", .string(message)),
            .init("input", input),
        ]
        if let context { members.append(.init("ctx", context)) }
        return .object(members)
    }
}

extension ValidationIssue {
    /// A required field that is not there.
    static func missing(_ location: [Step], in input: JSONValue) -> Self {
        .init(type: "missing", location: location, message: "Field required", input: input)
    }

    /// A body that is not JSON.
    static func notJSON(position: Int, _ message: String) -> Self {
        .init(
            type: "json_invalid", location: ["body", .integer(Int64(position))], message: "JSON decode error",
            input: .object([]), context: ["error": .string(message)])
    }

    /// A body that is JSON, but no object.
    static func notAnObject(_ location: [Step], _ input: JSONValue) -> Self {
        .init(
            type: "model_attributes_type", location: location,
            message: "Input should be a valid dictionary or object to extract fields from", input: input)
    }
}
