import Foundation
import JobActors
import Store
import Wire

/// What is promised to runs of several nodes.
extension Promises {
    func checkNodes() -> [String] {
        var broken = tables.partedReplicas
        for execution in executions {
            guard let job = tables.jobs[execution.submissionID] else { continue }
            let nodes = replica(of: job)
            if nodes.count > 1 { broken += check(execution, job, nodes) }
        }
        return broken
    }

    /// All nodes of a job's attempt, by number.
    private func replica(of job: JobRecord) -> [JobRecord] {
        tables.jobs.values.filter {
            $0.runID == job.runID && $0.replicaNum == job.replicaNum && $0.submissionNum == job.submissionNum
        }.sorted { $0.jobNum < $1.jobNum }
    }

    /// A node begins only when all have addresses, and is told them; in the startup order; and when no node of another
    /// attempt runs.
    private func check(_ execution: Ledger.Execution, _ job: JobRecord, _ nodes: [JobRecord]) -> [String] {
        let name = "node \(job.name)#\(job.submissionNum)"
        var broken: [String] = []
        for (number, node) in nodes.enumerated() {
            let task = tasks.first { $0.submissionID == node.id }
            guard let task, task.start <= execution.start else {
                broken.append("\(name) began before node \(number) had an address")
                continue
            }
            let told = execution.nodes.indices.contains(number) ? execution.nodes[number] : "nothing"
            if told != task.address { broken.append("\(name) was told \(told) for node \(number) at \(task.address)") }
        }
        for awaited in awaited(job, nodes)
        where !executions.contains(where: { $0.submissionID == awaited.id && $0.start <= execution.start }) {
            broken.append("\(name) began before node \(awaited.jobNum), against the startup order")
        }
        for other in executions where other.runID == execution.runID {
            guard let otherJob = tables.jobs[other.submissionID], otherJob.submissionNum < job.submissionNum else {
                continue
            }
            if other.end.map({ $0 > execution.start }) ?? true {
                broken.append("\(name) began while \(otherJob.name)#\(otherJob.submissionNum) ran")
            }
        }
        return broken
    }

    private func awaited(_ job: JobRecord, _ nodes: [JobRecord]) -> [JobRecord] {
        let machine = try? JSONDecoder().decode(JobMachine.self, from: Data(job.state))
        switch machine?.policy.cluster?.startupOrder {
        case .masterFirst: return job.jobNum == 0 ? [] : Array(nodes.prefix(1))
        case .workersFirst: return job.jobNum == 0 ? Array(nodes.dropFirst()) : []
        case .any, nil: return []
        }
    }
}
