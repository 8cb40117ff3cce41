import HTTPClient
import Synchronization

/// Answers requests from a list, in order, and keeps what was asked.
final class CannedTransport: HTTPTransport {
    enum Answer: Sendable {
        case status(Int, body: String)
        /// A stream whose pieces come one by one, and then an error if one is given.
        case stream([String], HTTPError?)
        /// A stream that tells where in the log it begins.
        case streamAt(Int, [String], HTTPError?)
        case failure(HTTPError)
    }

    private struct State {
        var answers: [Answer]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let answer = state.withLock { state -> Answer? in
            state.requests.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        switch answer {
        case .status(let status, let body):
            return HTTPResponse(status: status, body: HTTPBody(pieces: [Array(body.utf8)]))
        case .stream(let pieces, let error):
            return HTTPResponse(status: 200, body: HTTPBody(source: Pieces(pieces, error)))
        case .streamAt(let offset, let pieces, let error):
            return HTTPResponse(
                status: 200, headers: ["Dstack-Log-Offset": "\(offset)"],
                body: HTTPBody(source: Pieces(pieces, error)))
        case .failure(let error):
            throw error
        case nil:
            throw HTTPError(.connectionFailed, detail: "no answer is left")
        }
    }

    private final class Pieces: HTTPBody.Source {
        private let pieces: Mutex<[String]>
        private let error: HTTPError?

        init(_ pieces: [String], _ error: HTTPError?) {
            self.pieces = Mutex(pieces)
            self.error = error
        }

        func next() async throws(HTTPError) -> [UInt8]? {
            let piece = pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let piece {
                return Array(piece.utf8)
            }
            if let error {
                throw error
            }
            return nil
        }
    }
}
