import AgentServer
import FoundationEssentials
import NIOCore

/// The optional body of `POST /api/stop`, ours: `{"timeout": SECONDS}`.
struct StopBody: Decodable {
    /// Seconds until the job is forced to end; the job's own stop_duration where it is left out.
    let timeout: Int?

    /// The grace that a request names; an empty body names none.
    static func grace(_ body: ByteBuffer) throws(HTTPFailure) -> Int? {
        guard body.readableBytes > 0 else { return nil }
        let parsed: StopBody
        do {
            parsed = try JSONDecoder().decode(StopBody.self, from: Data(body.readableBytesView))
        } catch {
            throw HTTPFailure(.badRequest, "the request's body is not of the form {\"timeout\": SECONDS}")
        }
        guard let timeout = parsed.timeout else { return nil }
        guard (0...604_800).contains(timeout) else {
            throw HTTPFailure(.badRequest, "timeout \(timeout): a number of seconds from 0 to 604800 is expected")
        }
        return timeout
    }
}
