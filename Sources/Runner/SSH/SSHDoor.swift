import CLinux
import Glibc

/// Where clients come in over SSH: the listening sockets, and the processes that serve those who came.
///
/// Nothing runs until somebody connects. It belongs to the job loop's thread, which the processes die with.
struct SSHDoor {
    private let ssh: JobSSH
    private let presence: Presence
    private var listeners: [Int32] = []
    /// Whether nobody is taken for the moment: the last one could not be, for lack of descriptors or processes. Who waits
    /// at a socket would otherwise be looked at again and again, and all the processor with it.
    private(set) var isResting = false
    /// How long that is, where no connection ends before.
    static let rest = Duration.milliseconds(250)
    /// The processes that serve connections.
    private(set) var connections: Set<pid_t> = []
    private var areFilesWritten = false

    /// Most connections at once; who comes beyond is turned away.
    private static let limit = 128
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
            }
        }
    }

    /// The sockets to wait at.
    var sockets: [Int32] { isResting ? [] : listeners }

    mutating func endRest() { isResting = false }

    /// Takes all who wait at a socket. Rests after an error.
    mutating func accept(on listener: Int32) throws(SystemError) {
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
            guard connections.count < Self.limit else { continue }
            if !areFilesWritten {
                try ssh.write()
                areFilesWritten = true
            }
            Self.watch(connection)
            connections.insert(try serve(connection))
            presence.enter()
        }
    }

    /// Forgets a process that ended; false where it is none of these.
    mutating func ended(_ process: pid_t) -> Bool {
        guard connections.remove(process) != nil else { return false }
        presence.leave()
        isResting = false
        return true
    }

    mutating func close() {
        for listener in listeners { Glibc.close(listener) }
        listeners = []
    }

    private func serve(_ connection: Int32) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, connection, 0)
        posix_spawn_file_actions_adddup2(&actions, connection, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var process: pid_t = 0
        let result = ProcessStart.spawnSelf(ssh.arguments, environment: ssh.environment, &actions, &process)
        guard result == 0 else { throw SystemError("serve a connection over SSH", code: result) }
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
