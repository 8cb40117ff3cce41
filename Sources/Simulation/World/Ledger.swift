import Synchronization
import Wire

/// What really happened on the simulated hosts, for the checks: who ran when, and which hosts were lost.
final class Ledger: Sendable {
    /// One execution of a job's command.
    struct Execution: Sendable {
        let submissionID: String
        let runID: String
        let jobNum: Int
        let start: Timestamp
        var end: Timestamp?
        /// Bytes that the command had written.
        var logBytes: Int64 = 0
        /// Whether it came to its own end.
        var isComplete = false
        /// Addresses of all nodes, as the command was told.
        var nodes: [String]
        /// When the last client leaves.
        let left: Timestamp
    }

    /// A task that a host took.
    struct Task: Sendable {
        let submissionID: String
        let address: String
        let start: Timestamp
    }

    private let executions = Mutex<[Execution]>([])
    private let tasks = Mutex<[Task]>([])
    private let refusals = Mutex<[String]>([])

    func begin(
        _ submissionID: String, runID: String, jobNum: Int, nodes: [String], at start: Timestamp, left: Timestamp
    )
        -> Int
    {
        executions.withLock { executions in
            executions.append(
                Execution(
                    submissionID: submissionID, runID: runID, jobNum: jobNum, start: start, nodes: nodes, left: left))
            return executions.count - 1
        }
    }

    func wrote(_ index: Int, _ bytes: Int) { executions.withLock { $0[index].logBytes += Int64(bytes) } }

    func end(_ index: Int, at end: Timestamp, isComplete: Bool) {
        executions.withLock { executions in
            guard executions[index].end == nil else { return }
            executions[index].end = end
            executions[index].isComplete = isComplete
        }
    }

    func took(_ submissionID: String, address: String, at start: Timestamp) {
        tasks.withLock { $0.append(Task(submissionID: submissionID, address: address, start: start)) }
    }

    /// A host could not start the container of a submission.
    func refused(_ submissionID: String) { refusals.withLock { $0.append(submissionID) } }

    /// Submissions whose containers could not be started, in order.
    var allRefusals: [String] { refusals.withLock { $0 } }

    /// Tasks that hosts took, in order.
    var allTasks: [Task] { tasks.withLock { $0 } }

    var all: [Execution] { executions.withLock { $0 } }

    /// Executions of one job of a run so far.
    func count(runID: String, jobNum: Int) -> Int {
        executions.withLock { $0.count { $0.runID == runID && $0.jobNum == jobNum } }
    }
}
