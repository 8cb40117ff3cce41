extension WireDecodingError {
    /// The error that a `Decodable` threw.
    init(_ error: any Error) {
        switch error {
        case let error as WireDecodingError: self = error
        case let error as UnknownFieldError:
            let name = error.path.last?.stringValue ?? ""
            self.init(
                path: Self.steps(error.path), reason: .unknownField(known: error.known),
                message: "there is no property '\(name)'" + Self.suggestion(for: name, among: error.known))
        case DecodingError.keyNotFound(let key, let context):
            self.init(
                path: Self.steps(context.codingPath + [key]), reason: .missing, message: "this property is required")
        case DecodingError.valueNotFound(_, let context), DecodingError.typeMismatch(_, let context),
            DecodingError.dataCorrupted(let context):
            self.init(path: Self.steps(context.codingPath), reason: .invalid, message: context.debugDescription)
        default:
            self.init(path: [], reason: .invalid, message: "\(error)")
        }
    }

    private static func steps(_ path: [any CodingKey]) -> [Step] {
        path.map { key in key.intValue.map { .index($0) } ?? .name(key.stringValue) }
    }

    private static func suggestion(for name: String, among known: [String]) -> String {
        guard let nearest = NearestName.find(name, among: known) else { return "" }
        return "; did you mean '\(nearest)'?"
    }
}
