import Wire

/// What the server puts into the body of a refusal: `detail` as a text, an object or a list, or the object alone.
enum ErrorBody {
    /// The details in a body; a short text that is not JSON is its own detail.
    static func details(in bytes: [UInt8]) -> [ClientError.Detail] {
        let value: JSONValue
        do {
            value = try WireJSON.decode(from: bytes, unknownFields: .ignored)
        } catch {
            return plain(bytes)
        }
        switch value["detail"] ?? value {
        case .array(let items): return items.compactMap(detail)
        case let item: return detail(item).map { [$0] } ?? []
        }
    }

    private static func detail(_ value: JSONValue) -> ClientError.Detail? {
        if case .string(let text) = value {
            return ClientError.Detail(message: text)
        }
        guard case .string(let message)? = value["msg"] else {
            return nil
        }
        var code: String?
        if case .string(let text)? = value["code"] {
            code = text
        }
        var field: [String] = []
        if case .array(let steps)? = value["loc"] {
            field = steps.map(text)
        }
        if field.first == "body" {
            field.removeFirst()
        }
        return ClientError.Detail(message: message, code: code, field: field)
    }

    private static func text(_ step: JSONValue) -> String {
        switch step {
        case .string(let name): name
        case .integer(let index): String(index)
        case .null, .bool, .number, .array, .object: step.kind
        }
    }

    private static func plain(_ bytes: [UInt8]) -> [ClientError.Detail] {
        guard bytes.count <= 500, let text = String(validating: bytes, as: UTF8.self), !text.isEmpty,
            !text.hasPrefix("<")
        else {
            return []
        }
        return [ClientError.Detail(message: text)]
    }
}
