import HTTPClient
import Wire

/// A port of a job, and the server that leads there.
struct TunnelTarget: Sendable {
    let url: String
    let unixSocket: String?
    let path: String
    let token: String?

    /// - Parameters:
    ///   - run: the run's id: a later run of the same name is another.
    init(_ client: APIClient, project: String, run: String, port: Int, replica: Int, job: Int) {
        url = client.address.base
        unixSocket = client.address.unixSocket
        path =
            "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/tunnel"
            + "?port=\(port)&replica=\(replica)&job=\(job)"
        token = client.token
    }

    /// What is sent to open a tunnel.
    func request(key: String) -> [UInt8] {
        // The base is `scheme://host[:port][/prefix]`.
        let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
        let host = rest.prefix { $0 != "/" }
        var fields = [(name: "X-API-VERSION", value: APIClient.apiVersion)]
        if let token { fields.append((name: "Authorization", value: "Bearer \(token)")) }
        return WebSocketOpening.request(
            target: rest.dropFirst(host.count) + path,
            host: String(host.split(separator: "@").last ?? host), key: key, fields: fields)
    }
}

/// Why no tunnel could be opened.
enum TunnelFailure: Error, Equatable {
    /// The server, or the way to it, is not there at the moment.
    case unreachable(HTTPError)
    /// The server answered otherwise.
    case refused(status: Int, message: String)
    case malformed(String)
    case stopped

    /// Whether it may work in a moment.
    var isPassing: Bool {
        switch self {
        case .unreachable(let error):
            switch error.code {
            case .connectionFailed, .timedOut, .connectionLost: true
            case .badRequest, .nameNotResolved, .insecure, .bodyTooLarge, .cancelled: false
            }
        case .refused(let status, _): status == 503
        case .malformed, .stopped: false
        }
    }

    /// For the user.
    var words: String {
        switch self {
        case .unreachable(let error): "\(error)"
        case .refused(_, let message): message
        case .malformed(let what): "the server's answer cannot be read: \(what)"
        case .stopped: "stopped"
        }
    }
}
