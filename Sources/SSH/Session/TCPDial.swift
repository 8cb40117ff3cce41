import Glibc

/// One connection to one address that is being made, on the loop's thread.
final class TCPDial: Watched {
    private let number: UInt
    private let file: Int32
    private let token: UInt
    private let pending: Pending<Result<Int32, Errno>>

    private init(
        number: UInt, file: Int32, token: UInt, pending: Pending<Result<Int32, Errno>>
    ) {
        self.number = number
        self.file = file
        self.token = token
        self.pending = pending
    }

    /// Begins; the connected socket, or why there is none, goes to `pending`.
    static func start(
        _ number: UInt, to address: SocketAddress, in core: LoopCore, pending: Pending<Result<Int32, Errno>>
    ) {
        let file = socket(
            address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0)
        guard file >= 0 else {
            pending.succeed(.failure(Errno(errno)))
            return
        }
        var on: Int32 = 1
        setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if address.connect(file) != 0, errno != EINPROGRESS {
            let code = Errno(errno)
            close(file)
            pending.succeed(.failure(code))
            return
        }
        let waiter = Waiter()
        guard let token = core.watch(file, by: waiter) else {
            let code = Errno(errno)
            close(file)
            pending.succeed(.failure(code))
            return
        }
        let dial = TCPDial(number: number, file: file, token: token, pending: pending)
        waiter.dial = dial
        core.dials[number] = dial
    }

    /// The loop watches this; the dial has to know its token first.
    private final class Waiter: Watched {
        weak var dial: TCPDial?

        func happened(_ events: UInt32, in core: LoopCore) {
            dial?.happened(events, in: core)
        }
    }

    func happened(_ events: UInt32, in core: LoopCore) {
        if events & (EventBits.writable | EventBits.ended) == 0 { return }
        core.dials[number] = nil
        core.unwatch(token, file)
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(file, SOL_SOCKET, SO_ERROR, &code, &size)
        if code != 0 {
            close(file)
            pending.succeed(.failure(Errno(code)))
            return
        }
        if !pending.succeed(.success(file)) { close(file) }
    }

    func abandon(_ core: LoopCore) {
        core.dials[number] = nil
        core.unwatch(token, file)
        close(file)
        // Where the loop ends; whoever gave it up knows why.
        pending.fail(SSHError(.cancelled, host: "SSH", detail: "connections were shut down"))
    }
}
