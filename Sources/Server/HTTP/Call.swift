import Hummingbird
import Logging
import NIOCore
import Store
import Wire

/// One request that was let in: who asks, about which project, with which body.
struct Call: Sendable {
    let request: Request
    let context: ServerContext
    /// The body's JSON; nil where there is none, or where the route takes none.
    let body: JSONValue?
    /// The client's version, nil for the newest.
    let clientVersion: APIVersion?
    let principalOrNil: Principal?
    let accessOrNil: ProjectAccess?

    var logger: Logger { context.logger }

    /// Who asks. Routes that ask for nobody do not have one.
    var principal: Principal {
        get throws {
            guard let principalOrNil else { throw APIError.notAuthenticated }
            return principalOrNil
        }
    }

    /// The project in the path.
    var project: ProjectRecord {
        get throws {
            guard let accessOrNil else { throw APIError.projectNotFound }
            return accessOrNil.project
        }
    }

    /// Reads the body's fields; everything that is wrong is told at once.
    func read<T>(_ reading: (inout FieldReader) -> T) throws -> T {
        guard let body else { throw ValidationFailure(issues: [.missing(["body"], in: .null)]) }
        return try read(from: body, reading)
    }

    /// Like `read`, for a body that may be left out: it is as an empty object then.
    func readOptional<T>(_ reading: (inout FieldReader) -> T) throws -> T {
        try read(from: body == nil || body == .null ? .object([]) : body ?? .null, reading)
    }

    private func read<T>(from body: JSONValue, _ reading: (inout FieldReader) -> T) throws -> T {
        var fields = FieldReader(body, at: ["body"])
        let value = reading(&fields)
        try fields.finish()
        return value
    }

    /// A part of the path.
    func parameter(_ name: String) throws -> String {
        guard let value = context.parameters.get(name) else { throw APIError.unknownPath }
        return value.removingURLPercentEncoding()
    }

    /// A parameter behind the `?`.
    func query(_ name: String) -> String? {
        request.uri.queryParameters.get(name)
    }
}

/// What Hummingbird carries along with a request.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came on.
    let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

extension String {
    /// The text with `%20` and the like turned into what they stand for.
    fileprivate func removingURLPercentEncoding() -> String {
        guard contains("%") else { return self }
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.first {
            let hex = rest.dropFirst().prefix(2)
            if byte == UInt8(ascii: "%"), hex.count == 2, let value = UInt8(String(Substring(hex)), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
