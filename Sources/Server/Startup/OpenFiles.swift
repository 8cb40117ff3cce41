import Glibc

/// How many files the server may have open: every connection to a host's agent takes two, every log that is written two
/// more, and a login shell allows 1,024.
enum OpenFiles {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    /// More is never needed, and some programs that the server starts look at each that they might have.
    private static let most: rlim_t = 65_536

    /// With fewer who starts the server is told.
    static let few = 4096

    static func words(_ limit: Int) -> String {
        "the server may open only \(limit) files, enough for some \(limit / 8) jobs at a time; allow it more "
            + "(ulimit -Hn, or LimitNOFILE= of its unit)"
    }

    /// Allows as many as the system lets a process allow itself.
    ///
    /// - Returns: how many that are.
    static func raise() -> Int {
        var limit = rlimit()
        if getrlimit(resource, &limit) == 0, let raised = raised(soft: limit.rlim_cur, hard: limit.rlim_max) {
            limit.rlim_cur = raised
            // Refused, it stays as it is.
            setrlimit(resource, &limit)
        }
        return self.limit
    }

    /// The limit to set; nil where the present one will do, or there is no more to have.
    static func raised(soft: rlim_t, hard: rlim_t) -> rlim_t? {
        let wanted = min(hard, most)
        return wanted > soft ? wanted : nil
    }

    /// How many may be open at this moment.
    static var limit: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
