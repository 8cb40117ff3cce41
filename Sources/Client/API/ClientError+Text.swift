import HTTPClient

extension ClientError: CustomStringConvertible {
    /// The error for a person: what failed, with which server, what to try.
    public var description: String {
        switch code {
        case .unreachable(let error):
            Self.unreachable(server, error)
        case .unauthorized:
            "The server at \(server) asks for a token. "
                + "Run `dstack project add --name NAME --url \(server) --token TOKEN`."
        case .forbidden:
            "Access denied by the server at \(server)\(said). Check the token and the rights of its user."
        case .notFound:
            "Not found on the server at \(server): \(path)\(said)"
        case .notServed:
            "The server at \(server) does not serve \(path). It may be of another version."
        case .refused:
            details.isEmpty ? "The server at \(server) refused \(path)" : words
        case .invalid:
            "The server does not accept the request:\n"
                + details.map { detail in
                    let field = detail.field.joined(separator: ".")
                    return field.isEmpty ? "  \(detail.message)" : "  \(field): \(detail.message)"
                }.joined(separator: "\n")
        case .failed(let status):
            "The server at \(server) failed with status \(status) on \(path)\(said). Its log tells more."
        case .unreadableAnswer(let why):
            "The answer of the server at \(server) to \(path) cannot be read: \(why)"
        case .unsendable(let why):
            "The request to \(server) cannot be written: \(why)"
        case .badAddress:
            "'\(server)' is not the address of a server. Give one like http://127.0.0.1:3000."
        }
    }

    private var words: String {
        details.map(\.message).joined(separator: "\n")
    }

    private var said: String {
        details.isEmpty ? "" : " (\(details.map(\.message).joined(separator: "; ")))"
    }

    private static func unreachable(_ server: String, _ error: HTTPError) -> String {
        switch error.code {
        case .connectionFailed, .nameNotResolved:
            "Cannot reach the server at \(server). "
                + "Check that it runs (`dstack server`) and that the address is right (`dstack project list`)."
        case .timedOut:
            "The server at \(server) did not answer in time. Check that it runs and try again."
        case .insecure:
            "The connection to the server at \(server) is not secure: \(error.detail)"
        case .badRequest:
            "The request to \(server) cannot be sent: \(error.detail)"
        case .connectionLost, .bodyTooLarge, .cancelled:
            "Lost the connection to the server at \(server): \(error)"
        }
    }
}
