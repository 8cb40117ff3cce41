import Glibc

/// Who has come to the door, and who of them has been somebody once he leaves: who has entered, or has stayed for a while, as
/// a client that only forwards ports does. Who looks which ports are open takes few places.
struct SSHVisitors {
    /// Most connections at once.
    static let limit = 128
    /// Of these, most who do not count yet.
    static let strangersLimit = 32
    /// After that long one counts, as with dstack: the server does not tell whether he has logged in.
    static let stay = Duration.seconds(10)
    /// What `SSHEntry` says to the server's standard error.
    static let entered = "dstack: entered"

    /// Since when they are there, by the process that serves them.
    private var strangers: [pid_t: ContinuousClock.Instant] = [:]
    private var guests: Set<pid_t> = []

    /// All of them.
    var processes: Set<pid_t> { guests.union(strangers.keys) }

    /// Whether another one is let in.
    var hasRoom: Bool {
        strangers.count < Self.strangersLimit && strangers.count + guests.count < Self.limit
    }

    /// When the next one counts; nil where all do.
    var nextDue: ContinuousClock.Instant? { strangers.values.min().map { $0 + Self.stay } }

    mutating func came(_ process: pid_t, at now: ContinuousClock.Instant) { strangers[process] = now }

    /// One has logged in. Whether that is news.
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

    /// Those who have stayed for long enough: they count from now on.
    mutating func stayed(at now: ContinuousClock.Instant) -> [pid_t] {
        let long = strangers.filter { $0.value + Self.stay <= now }.map(\.key).sorted()
        for process in long { _ = loggedIn(process) }
        return long
    }

    /// Whether what comes from a server's standard error tells of a login.
    static func isLogin(_ text: String) -> Bool { text.contains(entered) }
}
