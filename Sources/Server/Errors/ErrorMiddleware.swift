import HTTPTypes
import Hummingbird
import Logging
import Store
import Supervisor
import Wire

/// Turns every error into an answer of dstack's shape, and logs those that are the server's own fault.
struct ErrorMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return try answer(to: error, request: request, context: context)
        }
    }

    private func answer(to error: any Error, request: Request, context: ServerContext) throws -> Response {
        if let known = Self.known(error, request) { return try known.response(from: request, context: context) }
        if error is CancellationError { throw error }
        context.logger.error(
            "a request failed",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(String(reflecting: error))",
            ])
        return Response(
            status: .internalServerError, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(staticString: "Internal Server Error")))
    }

    /// The answer to an error that a client can cause.
    private static func known(_ error: any Error, _ request: Request) -> APIError? {
        switch error {
        case let error as APIError: error
        case let error as ValidationFailure: .validation(error.issues)
        case let error as AccountError: APIError(error)
        case let error as PlanningError: .client(error.message)
        // dstack's clients print the text of a 400, and of no other status.
        case let error as StoreError where error.isFull: .client("\(error)")
        case let error as HTTPError where error.status == .notFound:
            // dstack's server has files mounted at "/", which take any path, but only for GET and HEAD.
            request.method == .get || request.method == .head ? .unknownPath : .methodNotAllowed
        default: nil
        }
    }
}

extension APIError {
    init(_ error: AccountError) {
        switch error.code {
        case .invalid: self = .client(error.message)
        case .exists: self = .resourceExists
        case .notFound: self = .resourceNotExists(error.message)
        case .forbidden: self = .forbidden(error.message)
        case .repoNotFound: self = .client(error.message, code: .repoDoesNotExist)
        }
    }
}

/// Logs each request at the debug level, with its status and how long it took.
struct AccessLogMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard context.logger.logLevel <= .debug else { return try await next(request, context) }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        context.logger.debug(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
                "took": "\(ContinuousClock.now - start)",
            ])
        return response
    }
}
