import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Registers routes so that each meets its checks in dstack's order: the body's JSON, the client's version,
/// the token, the project, the role; only then its handler, which checks the body's fields.
struct Endpoints {
    typealias Handler = @Sendable (Call) async throws -> Response

    /// Whether a route looks at the request's body.
    enum Body: Sendable {
        case none
        case json
        /// Read by the handler, as it streams in.
        case raw
    }

    let router: Router<ServerContext>
    let gatekeeper: Gatekeeper
    let answers: AnswerCache
    let serverVersion: APIVersion
    /// Most bytes of a JSON body.
    let bodyLimit: Int

    /// A route for POST, dstack's usual method.
    func post(_ path: RouterPath, _ access: Access, body: Body = .json, _ handler: @escaping Handler) {
        on(path, .post, access, body: body, handler)
    }

    func get(_ path: RouterPath, _ access: Access, _ handler: @escaping Handler) {
        on(path, .get, access, body: .none, handler)
    }

    /// A part of dstack's API that is not served: refused by name, once the caller has been let in.
    func refuse(_ path: RouterPath, _ access: Access, _ name: String) {
        post(path, access, body: .none) { _ in throw APIError.notServed(name) }
    }

    private func on(
        _ path: RouterPath, _ method: HTTPRequest.Method, _ access: Access, body: Body, _ handler: @escaping Handler
    ) {
        let (gatekeeper, serverVersion, bodyLimit) = (gatekeeper, serverVersion, bodyLimit)
        router.on(path, method: method) { request, context -> Response in
            var json: JSONValue?
            if body == .json {
                json = try Self.json(try await Self.text(of: request, limit: bodyLimit), request.headers)
            }
            return try await handler(
                Self.admit(request, context, json, access, gatekeeper, serverVersion))
        }
    }

    /// A list: a route for POST whose answer depends on nothing but the body, the user and the store. It is kept
    /// until something is written.
    func list(
        _ path: RouterPath, _ access: Access, _ handler: @escaping @Sendable (Call) async throws -> ByteBuffer
    ) {
        listing(path, access) { Listing(json: try await handler($0)) }
    }

    /// A list that says itself whether it may be kept.
    func listing(
        _ path: RouterPath, _ access: Access, _ handler: @escaping @Sendable (Call) async throws -> Listing
    ) {
        let (gatekeeper, answers, serverVersion, bodyLimit) = (gatekeeper, answers, serverVersion, bodyLimit)
        router.post(path) { request, context -> Response in
            let generation = gatekeeper.store.generation
            let text = try await Self.text(of: request, limit: bodyLimit)
            if Self.isUnremarkable(request, text, serverVersion),
                let userID = gatekeeper.knownUserID(request.headers),
                let answer = answers.answer(
                    to: .init(path: request.uri.path, userID: userID, body: text), generation: generation)
            {
                return Response(json: answer)
            }
            let call = try await Self.admit(
                request, context, try Self.json(text, request.headers), access, gatekeeper, serverVersion)
            let listing = try await handler(call)
            if listing.isOfRowsOnly {
                answers.keep(
                    listing.json, to: .init(path: request.uri.path, userID: try call.principal.user.id, body: text),
                    generation: generation)
            }
            return Response(json: listing.json)
        }
    }

    /// What a list answers.
    struct Listing: Sendable {
        var json: ByteBuffer
        /// Whether it is the same until something is written; what shows the progress of a pull, or a
        /// moment that follows from the present one, is not.
        var isOfRowsOnly = true
    }

    /// Makes the checks that come after the body's JSON and before its fields.
    private static func admit(
        _ request: Request, _ context: ServerContext, _ json: JSONValue?, _ access: Access,
        _ gatekeeper: Gatekeeper, _ serverVersion: APIVersion
    ) async throws -> Call {
        let version = try APIVersion.of(request.headers[.apiVersion], server: serverVersion)
        var principal: Principal?
        var project: ProjectAccess?
        if access != .open {
            let known = try await gatekeeper.principal(request.headers)
            if access == .globalAdmin, !known.isGlobalAdmin { throw APIError.accessDenied }
            if access.needsProject {
                let name = try context.parameters.require("project")
                project = try await gatekeeper.project(name, for: known, access)
            }
            principal = known
        }
        return Call(
            request: request, context: context, body: json, clientVersion: version,
            principalOrNil: principal, accessOrNil: project)
    }

    /// Whether nothing about a request can be wrong but its body and its token.
    private static func isUnremarkable(
        _ request: Request, _ body: ByteBuffer, _ serverVersion: APIVersion
    ) -> Bool {
        guard body.readableBytes == 0 || isJSON(request.headers[.contentType]) else { return false }
        let version = request.headers[.apiVersion]
        return version == nil || version == serverVersion.description
    }

    private static func text(of request: Request, limit: Int) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw APIError.bodyTooLarge(limit: limit)
        }
    }

    /// The JSON of a body, nil where it is empty. What is not declared as JSON is taken as text, as dstack's
    /// server does; the reading of its fields then fails.
    private static func json(_ buffer: ByteBuffer, _ headers: HTTPFields) throws -> JSONValue? {
        if buffer.readableBytes == 0 { return nil }
        guard isJSON(headers[.contentType]) else { return .string(String(buffer: buffer)) }
        do {
            return try BodyParser.parse(Array(buffer.readableBytesView))
        } catch {
            switch error {
            case .unreadable: throw APIError.unreadableBody
            case .invalid(let position, let message):
                throw ValidationFailure(issues: [.notJSON(position: position, message)])
            }
        }
    }

    /// Whether a content type is `application/json` or `application/something+json`.
    private static func isJSON(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";").first?.lowercased() else { return false }
        let plain = type.split(separator: " ").joined()
        return plain == "application/json" || plain.hasPrefix("application/") && plain.hasSuffix("+json")
    }
}

extension HTTPField.Name {
    /// The version of dstack's API that a client speaks.
    ///
    /// The force-unwrap is safe: the name consists of letters and dashes.
    static let apiVersion = Self("X-API-VERSION")!
}
