import CLinux
import Glibc

/// Starts programs that get nothing of this process but their three streams: one that is left to itself would keep what it
/// inherits, a lock or a port. Who calls this may have signals blocked, which is for itself alone.
public enum CleanSpawn {
    /// - Parameters:
    ///   - arguments: with the program first, which is looked for in `PATH` where it is a bare name.
    ///   - inSession: whether in a session of its own.
    ///   - streams: says what becomes of the descriptors 0 to 2, which are ours where it says nothing.
    /// - Returns: the child, or why there is none as `errno`.
    public static func start(
        _ arguments: [String], inSession: Bool = false, streams: (inout posix_spawn_file_actions_t) -> Void = { _ in }
    ) -> (pid: pid_t, errno: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        streams(&actions)
        clinux_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | (inSession ? clinux_spawn_setsid() : 0))
        var pid = pid_t()
        let result = withCStrings(arguments) { words in
            posix_spawnp(&pid, arguments[0], &actions, &attributes, words, environ)
        }
        return (pid, result)
    }

    private static func withCStrings(
        _ arguments: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var copies = arguments.map { strdup($0) }
        copies.append(nil)
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeMutableBufferPointer { buffer in
            // Never empty: it holds at least the nil.
            buffer.baseAddress.map(body) ?? EINVAL
        }
    }
}
