import Glibc

/// Who has come to the door, and who of them has logged in. Only these count as connected: who looks which ports are open
/// keeps no job awake, and takes nobody's place.
struct SSHVisitors {
    /// Most connections at once.
    static let limit = 128
    /// Of these, most who have not logged in.
    static let strangersLimit = 32
    /// For how long one may take to log in, with a passphrase to type or a token to touch.
    static let loginTime = Duration.seconds(60)

    /// Since when they are there, by the process that serves them.
    private var strangers: [pid_t: ContinuousClock.Instant] = [:]
    private var guests: Set<pid_t> = []

    /// All of them.
    var processes: Set<pid_t> { guests.union(strangers.keys) }

    /// Whether another one is let in.
    var hasRoom: Bool {
        strangers.count < Self.strangersLimit && strangers.count + guests.count < Self.limit
    }

    /// When the next one is to have logged in; nil where nobody has to.
    var nextDue: ContinuousClock.Instant? { strangers.values.min().map { $0 + Self.loginTime } }

    mutating func came(_ process: pid_t, at now: ContinuousClock.Instant) { strangers[process] = now }

    /// The server says that one has logged in. Whether that is news.
    mutating func loggedIn(_ process: pid_t) -> Bool {
        guard strangers.removeValue(forKey: process) != nil else { return false }
        guests.insert(process)
        return true
    }

    enum Leave {
        case stranger, guest
    }

    /// A process ended; nil where it served none of these.
    mutating func left(_ process: pid_t) -> Leave? {
        if strangers.removeValue(forKey: process) != nil { return .stranger }
        return guests.remove(process) == nil ? nil : .guest
    }

    /// Those whose time to log in is over. One that is still there after that long again is told anew.
    mutating func overdue(at now: ContinuousClock.Instant) -> [pid_t] {
        let late = strangers.filter { $0.value + Self.loginTime <= now }.map(\.key).sorted()
        for process in late { strangers[process] = now }
        return late
    }

    /// Whether the server's own log tells of a login.
    static func isLogin(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains {
            $0.contains("auth succeeded for ") && !$0.hasSuffix("extra auth required")
        }
    }
}
