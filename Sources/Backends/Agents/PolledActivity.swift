import AgentClient
import Synchronization

/// Who is connected to the jobs of runners that are polled, as the polls of their streams told.
///
/// Nobody else may ask such a runner: dstack's own leaves once it was asked after its job's end, and whoever asked has the end.
final class PolledActivity: Sendable {
    private struct Told {
        var seconds: Int64?
        var at: ContinuousClock.Instant
        var reader: ObjectIdentifier
    }

    private let told = Mutex<[AgentAddress: Told]>([:])

    /// What a reader's poll told: for how many seconds nobody has been connected; nil where the runner does not count that.
    func heard(
        _ seconds: Int64?, of address: AgentAddress, by reader: AnyObject, at now: ContinuousClock.Instant = .now
    ) {
        told.withLock { $0[address] = Told(seconds: seconds, at: now, reader: ObjectIdentifier(reader)) }
    }

    /// The reader polls no more.
    func left(_ address: AgentAddress, by reader: AnyObject) {
        told.withLock { told in
            // Another one may have begun before this one ended.
            if told[address]?.reader == ObjectIdentifier(reader) { told[address] = nil }
        }
    }

    /// Whether the runner at an address is polled, as far as is known here.
    func isPolled(_ address: AgentAddress) -> Bool { told.withLock { $0[address] != nil } }

    /// For how many seconds nobody has been connected; nil where that was not told.
    func secondsUnconnected(_ address: AgentAddress, at now: ContinuousClock.Instant = .now) -> Int? {
        guard let told = told.withLock({ $0[address] }), let seconds = told.seconds else { return nil }
        // Somebody who is connected may be so until the next poll.
        return Int(clamping: seconds == 0 ? 0 : seconds + told.at.duration(to: now).components.seconds)
    }
}
