import JobActors
import Supervisor

/// The supervisor as the actors see it, with a queue for slots that does not hear of new priorities.
struct DeafSurroundings: Surroundings {
    let supervisor: Supervisor

    func awaitSlot(jobID: String) async throws -> SlotDecision { try await supervisor.awaitSlot(jobID: jobID) }

    func reasonToWait(jobID: String) async -> String? { await supervisor.reasonToWait(jobID: jobID) }

    func nodeNews(runID: String) async -> AsyncStream<NodeNews> { await supervisor.nodeNews(runID: runID) }

    func tell(_ news: NodeNews, runID: String) async { await supervisor.tell(news, runID: runID) }

    func host(instanceID: String) async -> (any Host)? { await supervisor.host(instanceID: instanceID) }

    func deliver(to recipientID: String) async { await supervisor.deliver(to: recipientID) }

    func start(jobIDs: [String]) async { await supervisor.start(jobIDs: jobIDs) }

    func reprioritize(jobIDs: [String], priority: Int) async {}

    func archivePath(id: String, projectID: String) async throws -> String {
        try await supervisor.archivePath(id: id, projectID: projectID)
    }

    func code(runID: String, hash: String?) async throws -> RunCode {
        try await supervisor.code(runID: runID, hash: hash)
    }

    func loginKeys(runID: String) async throws -> [String] { try await supervisor.loginKeys(runID: runID) }
}
