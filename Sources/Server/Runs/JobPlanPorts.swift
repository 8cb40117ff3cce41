import Glibc
import Wire

extension JobSpec {
    /// The job as a plan shows it to a client that will attach.
    ///
    /// A job that is a plain process listens on this machine's own ports, and so would the client that forwards them:
    /// dstack's takes each of a plan's local ports on all addresses, before the run begins, so that the job could not
    /// listen any more. Where the two ports are the same, the plan names another one that is free.
    func sparingPorts(isFree: (Int) -> Bool = JobSpec.isFree) -> JobSpec {
        guard imageName.isEmpty, let apps = appSpecs else { return self }
        let own = Set(apps.map(\.port))
        var taken = Set(apps.compactMap(\.mapToPort))
        var copy = self
        copy.appSpecs = apps.map { app in
            guard app.mapToPort.map(own.contains) ?? true else { return app }
            var app = app
            let candidates = Self.substitutes(for: app.port).lazy.filter { !own.contains($0) && !taken.contains($0) }
            app.mapToPort = candidates.first(where: isFree)
            if let port = app.mapToPort { taken.insert(port) }
            return app
        }
        return copy
    }

    /// Local ports to try for one of the job's, in this order: such as 18000 for 8000.
    private static func substitutes(for port: Int) -> [Int] {
        let first = port + 10_000 <= 60_000 ? max(port + 10_000, 11_000) : port - 10_000
        return Array(first..<min(first + 200, 65_536))
    }

    private static func isFree(_ port: Int) -> Bool {
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
