import FoundationEssentials
import JobActors
import Store

extension JobRecord {
    /// Where the job's runner answers; nil where it does not run.
    var runnerAddress: RunnerAddress? {
        guard case .running(let running)? = try? JSONDecoder().decode(JobMachine.self, from: Data(state)).state else {
            return nil
        }
        return running.runner
    }
}
