#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Threads of the operating system, for what blocks or must not leave its thread.
public enum PosixThread {
    /// What becomes of signals on a thread, and in the children that it starts.
    public enum Signals: Sendable {
        /// They reach who waits for them elsewhere.
        case blocked
        /// As on the thread that starts it.
        case inherited
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs a closure on a thread of its own, which nobody joins.
    ///
    /// - Parameter stack: bytes of its stack; the system's default where none is given.
    /// - Returns: false where the system has no thread to give (`EAGAIN`): then nothing runs.
    public static func start(
        signals: Signals = .blocked, stack: Int? = nil, _ run: @escaping @Sendable () -> Void
    ) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stack { pthread_attr_setstacksize(&attributes, stack) }
        let body = Unmanaged.passRetained(
            Body {
                if signals == .blocked {
                    var all = sigset_t()
                    sigfillset(&all)
                    pthread_sigmask(SIG_BLOCK, &all, nil)
                }
                run()
            })
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let code = pthread_create(
            &thread, &attributes,
            { context in
                #if canImport(Glibc)
                    guard let context else { return nil }
                #endif
                // Balances `passRetained`.
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        if code != 0 { body.release() }
        return code == 0
    }
}
