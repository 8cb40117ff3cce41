import CLinux
import Glibc

/// Where clients come in over SSH: the listening sockets, and the processes that serve those who came.
///
/// Nothing runs until somebody connects. It belongs to the job loop's thread, which the processes die with.
struct SSHDoor {
    private let ssh: JobSSH
    private let presence: Presence
    private var listeners: [Int32] = []
    /// Why it does not listen at some of the addresses.
    private(set) var refused: [SystemError] = []
    /// Whether nobody is taken for the moment: the last one could not be, for lack of descriptors or processes. Who waits
    /// at a socket would otherwise be looked at again and again, and all the processor with it.
    private(set) var isResting = false
    /// How long that is, where no connection ends before.
    static let rest = Duration.milliseconds(250)
    private var visitors = SSHVisitors()
    /// What the servers of connections say, by the descriptor that it is read from.
    private var logs: [Int32: Log] = [:]
    private var areFilesWritten = false

    private struct Log {
        let process: pid_t
        /// What may be a part of a line.
        var text = ""
    }

    /// Seconds until a client that went without a word is given up, about.
    private static let silence: (idle: Int32, interval: Int32, tries: Int32) = (60, 20, 3)

    /// Listens. Throws where the first of its addresses is not to be had.
    init(_ ssh: JobSSH, _ presence: Presence) throws(SystemError) {
        self.ssh = ssh
        self.presence = presence
        for (index, address) in ssh.addresses.enumerated() {
            do throws(SystemError) {
                listeners.append(try Self.listen(address, ssh.port))
            } catch {
                if index == 0 { throw error }
                refused.append(error)
            }
        }
    }

    /// The sockets to wait at, and what the servers say.
    var sockets: [Int32] { (isResting ? [] : listeners) + logs.keys }

    /// The processes that serve connections.
    var connections: Set<pid_t> { visitors.processes }

    /// When the next one counts as connected; nil where all do.
    var loginDue: ContinuousClock.Instant? { visitors.nextDue }

    /// Counts those who have stayed for a while.
    mutating func countStayed() {
        for _ in visitors.stayed(at: .now) { presence.settle() }
    }

    mutating func endRest() { isResting = false }

    /// Takes all who wait at a socket, or what a server says. Rests after an error.
    mutating func accept(on listener: Int32) throws(SystemError) {
        if logs[listener] != nil { return hear(listener) }
        do {
            try takeAll(listener)
        } catch {
            isResting = true
            throw error
        }
    }

    private mutating func takeAll(_ listener: Int32) throws(SystemError) {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                if errno == EAGAIN { return }
                throw SystemError("take a connection over SSH")
            }
            defer { Glibc.close(connection) }
            // What another thread starts before this line closes it first of all (`Launcher`).
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            // Who comes beyond is turned away.
            guard visitors.hasRoom else { continue }
            if !areFilesWritten {
                try ssh.write()
                areFilesWritten = true
            }
            Self.watch(connection)
            visitors.came(try serve(connection), at: .now)
            presence.come()
        }
    }

    /// Forgets a process that ended; false where it is none of these.
    mutating func ended(_ process: pid_t) -> Bool {
        // What it said last may be that somebody logged in: a short command is over before that was read.
        for (log, own) in logs where own.process == process {
            hear(log)
            if logs.removeValue(forKey: log) != nil { Glibc.close(log) }
        }
        guard let leave = visitors.left(process) else { return false }
        switch leave {
        case .guest: presence.leave()
        case .stranger: presence.pass()
        }
        isResting = false
        return true
    }

    /// Takes what a server says: that somebody has logged in.
    private mutating func hear(_ log: Int32) {
        guard let process = logs[log]?.process else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(log, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            guard count > 0 else {
                Glibc.close(log)
                logs[log] = nil
                return
            }
            let text = (logs[log]?.text ?? "") + String(decoding: bytes.prefix(count), as: UTF8.self)
            if SSHVisitors.isLogin(text), visitors.loggedIn(process) { presence.settle() }
            // Of use is no more than a line's beginning.
            logs[log]?.text = String(
                text[(text.lastIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.startIndex)...].suffix(
                    512))
        }
    }

    mutating func close() {
        for log in logs.keys { Glibc.close(log) }
        logs = [:]
        for listener in listeners { Glibc.close(listener) }
        listeners = []
    }

    private mutating func serve(_ connection: Int32) throws(SystemError) -> pid_t {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("open a pipe for SSH") }
        defer { Glibc.close(ends[1]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, connection, 0)
        posix_spawn_file_actions_adddup2(&actions, connection, 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var process: pid_t = 0
        let result = ProcessStart.spawnSelf(ssh.arguments, environment: ssh.environment, &actions, &process)
        guard result == 0 else {
            Glibc.close(ends[0])
            throw SystemError("serve a connection over SSH", code: result)
        }
        logs[ends[0]] = Log(process: process)
        return process
    }

    private static func listen(_ address: String, _ port: Int) throws(SystemError) -> Int32 {
        let opened = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard opened >= 0 else { throw SystemError("open a socket for SSH") }
        var one: Int32 = 1
        setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let parsed = inet_pton(AF_INET, address, &place.sin_addr)
        let isListening = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                parsed == 1 && bind(opened, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && Glibc.listen(opened, 128) == 0
            }
        }
        guard isListening else {
            let error = SystemError("listen for SSH on \(address):\(port)", code: parsed == 1 ? errno : EINVAL)
            Glibc.close(opened)
            throw error
        }
        return opened
    }

    /// Has the kernel ask after a client that is silent: one that is gone keeps no job awake.
    private static func watch(_ connection: Int32) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(connection, level, option, &value, 4)
        }
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, silence.idle)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, silence.interval)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, silence.tries)
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }
}
