import Glibc
import Synchronization
import Wire

/// Local ports for clients that attach to jobs that are plain processes of this machine.
///
/// Such a job listens on this machine's own ports, and so would the client that forwards them: dstack's takes each of a
/// plan's local ports on all addresses before the run begins, so that the job could not listen any more. Where the two
/// ports are the same, the plan therefore names another one: one that is free and that no other plan was given lately.
final class LocalPorts: Sendable {
    private let isFree: @Sendable (Int) -> Bool
    private let now: @Sendable () -> Timestamp
    /// When each port was named in a plan.
    private let named = Mutex<[Int: Timestamp]>([:])

    /// Seconds that a client has to take the ports of its plan.
    private static let patience: Double = 120

    init(
        now: @escaping @Sendable () -> Timestamp = { .now },
        isFree: @escaping @Sendable (Int) -> Bool = LocalPorts.isFree
    ) {
        self.now = now
        self.isFree = isFree
    }

    /// The job as a plan shows it.
    func spared(_ job: JobSpec) -> JobSpec {
        guard job.imageName.isEmpty, let apps = job.appSpecs, !apps.isEmpty else { return job }
        let own = Set(apps.map(\.port))
        var copy = job
        copy.appSpecs = apps.map { app in
            guard app.mapToPort.map(own.contains) ?? true else { return app }
            var app = app
            app.mapToPort = take(for: app.port, besides: own.union(apps.compactMap(\.mapToPort)))
            return app
        }
        return copy
    }

    /// A port near to one of the job's, such as 18000 for 8000; nil where none is free.
    private func take(for port: Int, besides others: Set<Int>) -> Int? {
        let now = now()
        let first = port + 10_000 <= 60_000 ? max(port + 10_000, 11_000) : port - 10_000
        return named.withLock { named in
            named = named.filter { now.seconds - $0.value.seconds < Self.patience }
            let found = (first..<min(first + 500, 65_536)).first { candidate in
                !others.contains(candidate) && named[candidate] == nil && isFree(candidate)
            }
            if let found { named[found] = now }
            return found
        }
    }

    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
