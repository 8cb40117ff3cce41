#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Store
import Wire

extension JobActor {
    /// Waits for the other nodes of the replica.
    ///
    /// Rows are the truth: each node's address stands in its row's state, so a node that is rehydrated reads what the
    /// others wrote before. It listens first and reads then, so that nothing falls between.
    nonisolated func awaitCluster(_ post: @escaping Post) async throws {
        let record = await record
        guard let policy = await policy.cluster else { return }
        let nodes = try await withThrowingTaskGroup(of: ClusterNodes?.self) { group in
            group.addTask { [self] in
                var news = await surroundings.nodeNews(runID: record.runID).makeAsyncIterator()
                var wait = try await clusterWait(record, policy)
                while true {
                    if let nodes = wait.ready { return nodes }
                    guard let told = await news.next() else { throw CancellationError() }
                    wait.hear(told)
                }
            }
            group.addTask { [self] in
                // Who waits a moment only has nothing to tell.
                try await environment.clock.sleep(for: .seconds(1))
                if let why = try await clusterWait(record, policy).reason { await post(.waits(why)) }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
        await post(.clusterReady(nodes))
    }

    /// What the rows tell of the nodes of a job's replica.
    private nonisolated func clusterWait(_ record: JobRecord, _ policy: ClusterPolicy) async throws -> ClusterWait {
        let rows = try await environment.store.latestJobs(runID: record.runID, submissions: 1).filter {
            $0.replicaNum == record.replicaNum && $0.submissionNum == record.submissionNum
        }
        let nodes = try rows.sorted { $0.jobNum < $1.jobNum }.map { row in
            let facts: NodeFacts?
            do {
                facts = try JSONDecoder().decode(StoredNode.self, from: Data(row.state)).node
            } catch {
                throw StoreError.corrupt("state of job \(row.id): \(error)")
            }
            return ClusterWait.Node(jobID: row.id, facts: facts, gpus: row.gpuCount)
        }
        return ClusterWait(jobNum: record.jobNum, policy: policy, nodes: nodes)
    }
}

/// The part of a job machine's state that the other nodes read.
private struct StoredNode: Decodable {
    let node: NodeFacts?
}
