import HTTPTypes
import Hummingbird
import Wire

/// An answer that is no success: a status and its body in dstack's shape.
struct APIError: Error, Equatable {
    var status: HTTPResponse.Status
    var body: JSONValue
    /// Whether the client is told which scheme to authenticate with.
    var asksForToken = false

    init(_ status: HTTPResponse.Status, detail: JSONValue) {
        self.status = status
        body = .object([.init("detail", detail)])
    }
}

extension APIError: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response(status: status, json: try JSONText.encode(body))
        if asksForToken { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }
}

// MARK: Shapes

extension APIError {
    /// No token, or one that is not given as a bearer token.
    static let notAuthenticated: Self = {
        var error = Self(.unauthorized, detail: "Not authenticated")
        error.asksForToken = true
        return error
    }()

    /// A token that nobody has, or whose user is not active.
    static let invalidToken = Self(.forbidden, detail: ["msg": "Invalid token", "code": nil])

    /// The user may not do this.
    static let accessDenied = Self(.forbidden, detail: ["msg": "Access denied", "code": nil])

    /// The user may not do this, for a reason. dstack's server sends these without `detail` around them.
    static func forbidden(_ message: String = "Access denied") -> Self {
        var error = accessDenied
        error.body = ["msg": .string(message), "code": nil]
        return error
    }

    /// There is no such project.
    static let projectNotFound = Self(.notFound, detail: ["msg": "Not found", "code": nil])

    /// There is no such path.
    static let unknownPath = Self(.notFound, detail: "Not Found")

    /// There is such a path, or might be, but not for this method.
    static let methodNotAllowed = Self(.methodNotAllowed, detail: "Method Not Allowed")

    /// A body that could not be read at all.
    static let unreadableBody = Self(.badRequest, detail: "There was an error parsing the body")

    /// A body larger than the server takes.
    static func bodyTooLarge(limit: Int) -> Self {
        Self(
            .contentTooLarge,
            detail: [["msg": .string("The request's body exceeds the limit of \(limit) bytes"), "code": "error"]])
    }

    /// A mistake of the client, told in words.
    static func client(_ message: String, code: Code = .error) -> Self {
        Self(.badRequest, detail: [["msg": .string(message), "code": .string(code.rawValue)]])
    }

    /// Something that does not exist.
    static func resourceNotExists(_ message: String = "Resource not found") -> Self {
        client(message, code: .resourceNotExists)
    }

    /// Something that exists already.
    static let resourceExists = client("Resource exists", code: .resourceExists)

    /// A part of dstack's API that this server does not have.
    static func notServed(_ name: String) -> Self {
        client("'\(name)' is not served by this version of the server")
    }

    /// Input that is not what the route takes.
    static func validation(_ issues: [ValidationIssue]) -> Self {
        Self(.unprocessableContent, detail: .array(issues.map(\.json)))
    }

    /// What a client can tell mistakes apart by.
    enum Code: String {
        case error
        case resourceExists = "resource_exists"
        case resourceNotExists = "resource_not_exists"
        case invalidCredentials = "invalid_credentials"
        case backendNotAvailable = "backend_not_available"
        case repoDoesNotExist = "repo_does_not_exist"
        case gatewayError = "gateway_error"
    }
}
