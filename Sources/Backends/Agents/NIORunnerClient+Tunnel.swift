import AgentClient

/// A connection to a port of a job, named here for who carries it on.
public typealias AgentTunnel = AgentClient.AgentTunnel

extension NIORunnerClient {
    /// Until the runner has connected to the port or said that it cannot.
    private static let openingTime = Duration.seconds(15)

    public func tunnel(to port: Int, key: String, on loops: AgentLoops) async throws(AgentError) -> AgentTunnel {
        do {
            return try await AgentTunnel.open(
                "/api/tunnel?port=\(port)", key: key, at: address, on: loops.next(), within: Self.openingTime)
        } catch let refusal as AgentTunnel.Refusal {
            throw .refused(status: refusal.status, message: refusal.message)
        } catch {
            throw AgentError(error)
        }
    }
}
