/// The body of an answer that says what went wrong.
///
/// dstack answers with a list of details (400), with one detail (404 and most 403) or with FastAPI's
/// own (422): all three are read; `list` and `single` are written.
public enum ErrorBody: Sendable, Hashable {
    case list([ErrorDetail])
    case single(ErrorDetail)
    case validation([ValidationDetail])
    /// A bare text, as for a page that is not found.
    case text(String)

    /// What went wrong, one line each.
    public var messages: [String] {
        switch self {
        case .list(let details): details.map(\.msg)
        case .single(let detail): [detail.msg]
        case .validation(let details): details.map(\.description)
        case .text(let text): [text]
        }
    }
}

/// One thing that went wrong.
public struct ErrorDetail: Codable, Sendable, Hashable {
    /// What is wrong, in words.
    public var msg: String
    /// By which a client tells errors apart.
    public var code: ErrorCode?
    /// The paths of the fields that are to blame; left out where nil.
    public var fields: [[String]]?

    public init(msg: String, code: ErrorCode? = .error, fields: [[String]]? = nil) {
        self.msg = msg
        self.code = code
        self.fields = fields
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case msg, code, fields
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(msg, forKey: .msg)
        try container.encode(code, forKey: .code)
        try container.encodeIfPresent(fields, forKey: .fields)
    }
}

/// One field of a request that was not understood, in FastAPI's form.
public struct ValidationDetail: Codable, Sendable, Hashable, CustomStringConvertible {
    /// pydantic's name of the mistake, as `missing` or `extra_forbidden`.
    public var type: String
    /// Where: `body` first, then the names and positions on the way.
    public var loc: [JSONValue]
    /// What is wrong, in words.
    public var msg: String

    public init(type: String, loc: [JSONValue], msg: String) {
        self.type = type
        self.loc = loc
        self.msg = msg
    }

    public var description: String {
        let path = loc.compactMap(\.scalarText).joined(separator: ".")
        return path.isEmpty ? msg : "\(path): \(msg)"
    }
}

/// The codes by which a client tells errors apart.
public enum ErrorCode: String, Codable, Sendable, CaseIterable {
    case error
    case resourceExists = "resource_exists"
    case resourceNotExists = "resource_not_exists"
    case invalidCredentials = "invalid_credentials"
    case backendNotAvailable = "backend_not_available"
    case repoDoesNotExist = "repo_does_not_exist"
    case gatewayError = "gateway_error"
}

extension ErrorBody: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case detail
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if !container.contains(.detail) {
            self = .single(try ErrorDetail(from: decoder))
        } else if let details = try? container.decode([ValidationDetail].self, forKey: .detail) {
            self = .validation(details)
        } else if let details = try? container.decode([ErrorDetail].self, forKey: .detail) {
            self = .list(details)
        } else if let detail = try? container.decode(ErrorDetail.self, forKey: .detail) {
            self = .single(detail)
        } else {
            self = .text(try container.decode(String.self, forKey: .detail))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .list(let details): try container.encode(details, forKey: .detail)
        case .single(let detail): try container.encode(detail, forKey: .detail)
        case .validation(let details): try container.encode(details, forKey: .detail)
        case .text(let text): try container.encode(text, forKey: .detail)
        }
    }
}
