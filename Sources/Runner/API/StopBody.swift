import AgentServer
import FoundationEssentials
import NIOCore

/// The optional body of `POST /api/stop`, ours: `{"timeout": SECONDS}`, with null for "never force".
struct StopBody: Decodable {
    let grace: RunnerMachine.Grace

    private enum CodingKeys: CodingKey {
        case timeout
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.timeout) else {
            grace = .ofJob
            return
        }
        guard let seconds = try container.decodeIfPresent(Int.self, forKey: .timeout) else {
            grace = .unlimited
            return
        }
        guard (0...604_800).contains(seconds) else {
            throw DecodingError.dataCorruptedError(
                forKey: .timeout, in: container, debugDescription: "\(seconds) is not from 0 to 604800 seconds")
        }
        grace = .seconds(seconds)
    }

    /// The grace that a request names; an empty body names none.
    static func grace(_ body: ByteBuffer) throws(HTTPFailure) -> RunnerMachine.Grace {
        guard body.readableBytes > 0 else { return .ofJob }
        do {
            return try JSONDecoder().decode(StopBody.self, from: Data(body.readableBytesView)).grace
        } catch {
            throw HTTPFailure(
                .badRequest, "the request's body: {\"timeout\": SECONDS} is expected, from 0 to 604800, or null")
        }
    }
}
