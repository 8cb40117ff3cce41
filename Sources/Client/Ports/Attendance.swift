import Threads
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Counts a client as one of those who are connected to a job, from its start until it is stopped or let go of: over the
/// server's restarts. What ends when nobody is connected goes on meanwhile.
public final class Attendance: Sendable {
    private let stopSignal: StopSignal

    private static let pauseMilliseconds: Int32 = 1000

    init(_ target: TunnelTarget) throws(PortForwardError) {
        stopSignal = try StopSignal()
        let stop = stopSignal
        let isStarted = PosixThread.start { Self.attend(target, stop) }
        if !isStarted {
            throw PortForwardError(host: "localhost", reason: "the system allows no more threads")
        }
    }

    deinit { stop() }

    /// Leaves.
    public func stop() { stopSignal.give() }

    private static func attend(_ target: TunnelTarget, _ stop: StopSignal) {
        repeat {
            var ends: [Int32] = [-1, -1]
            // Nobody speaks through it: the other end is only held.
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { continue }
            defer { for end in ends { close(end) } }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            // What keeps it from being open is told by what the client came for, where it matters.
            guard let open = try? TunnelOpener(target: target, stop: stop).open() else { continue }
            var session = TunnelSession(local: ends[0], open: open, stop: stop)
            _ = session.run()
        } while !stop.wait(milliseconds: pauseMilliseconds)
    }
}

extension Run {
    /// Counts as connected to a job; see ``Attendance``.
    public func attend(_ job: Job) throws(PortForwardError) -> Attendance {
        try Attendance(
            TunnelTarget(
                dstack.api, project: dstack.project, run: model.id, port: 0, replica: job.jobSpec.replicaNum,
                job: job.jobSpec.jobNum))
    }
}
