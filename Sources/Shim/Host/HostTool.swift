import CProcesses
import Glibc

/// Runs a program of the host to its end. Blocks, and takes the program's end for itself: only before the process loop
/// is there, which takes everybody's.
enum HostTool {
    /// What it printed on standard output, up to 1 MiB; nil where it is not there or failed.
    static func output(of command: [String]) -> String? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        let (source, sink) = (ends[0], ends[1])
        defer { close(source) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, sink, 1)
        posix_spawn_file_actions_addclose(&actions, source)
        // The shim has signals blocked, which is for itself alone.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let result = posix_spawnp(&pid, command[0], &actions, &attributes, &words, environ)
        close(sink)
        guard result == 0 else { return nil }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            if bytes.count < 1 << 20 { bytes += piece.prefix(count) }
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
