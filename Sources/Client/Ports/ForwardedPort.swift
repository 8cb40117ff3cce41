import Wire

/// A port of a run and the local port that leads there.
public struct ForwardedPort: Sendable, Hashable {
    /// The port on this machine.
    public var local: Int
    /// The port in the run.
    public var remote: Int
    /// The port that was wished for, and why it could not be had; nil where it could, or none was.
    public var missed: Missed?

    /// A wish that could not be met.
    public struct Missed: Sendable, Hashable {
        public var port: Int
        public var reason: Reason

        public init(port: Int, reason: Reason) {
            self.port = port
            self.reason = reason
        }
    }

    /// Why a local port cannot be had.
    public enum Reason: Sendable, Hashable {
        case taken
        /// Only privileged users may listen there.
        case notPermitted
        /// The run shares this machine's network: the port is left to its program.
        case theRunsOwn
    }

    public init(local: Int, remote: Int, missed: Missed? = nil) {
        self.local = local
        self.remote = remote
        self.missed = missed
    }
}

/// Which local ports lead to a run's ports. Pure but for trying.
enum PortChoice {
    /// What trying to listen on a local port came to.
    enum Attempt: Equatable {
        case done
        case taken
        case notPermitted
    }

    /// Chooses in dstack's order: first what was asked for, then what may be anything, from the run's own port upwards.
    ///
    /// - Parameters:
    ///   - mappings: the run's ports; of one that is there twice the last counts.
    ///   - left: local ports that are not to be used.
    ///   - listen: tries a port; 0 lets the system choose, and the answer is what it chose.
    static func choose<Failure: Error>(
        _ mappings: [PortMapping], leaving left: Set<Int> = [],
        listen: (_ port: Int) throws(Failure) -> (attempt: Attempt, port: Int)
    ) throws(Failure) -> [ForwardedPort] {
        var wishes: [PortMapping] = []
        for mapping in mappings {
            wishes.removeAll { $0.containerPort == mapping.containerPort }
            wishes.append(mapping)
        }
        var chosen: [Int: ForwardedPort] = [:]
        for wish in wishes.filter({ $0.localPort != nil }) + wishes.filter({ $0.localPort == nil }) {
            chosen[wish.containerPort] = try choose(wish, leaving: left, listen: listen)
        }
        return wishes.compactMap { chosen[$0.containerPort] }
    }

    private static func choose<Failure: Error>(
        _ wish: PortMapping, leaving left: Set<Int>,
        listen: (_ port: Int) throws(Failure) -> (attempt: Attempt, port: Int)
    ) throws(Failure) -> ForwardedPort {
        var missed: ForwardedPort.Missed?
        var port = wish.localPort ?? wish.containerPort
        while port <= 65_535 {
            var reason = ForwardedPort.Reason.theRunsOwn
            if !left.contains(port) {
                switch try listen(port).attempt {
                case .done: return ForwardedPort(local: port, remote: wish.containerPort, missed: missed)
                case .taken: reason = .taken
                case .notPermitted: reason = .notPermitted
                }
            }
            if let wished = wish.localPort, missed == nil { missed = .init(port: wished, reason: reason) }
            // 80 becomes 8080, 443 becomes 8443.
            port += reason == .notPermitted ? 8000 : 1
        }
        return ForwardedPort(local: try listen(0).port, remote: wish.containerPort, missed: missed)
    }
}
