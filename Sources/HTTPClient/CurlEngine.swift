import CCurl
import Synchronization
import Threads

/// libcurl's thread: takes commands, drives all transfers, tells each what happened to it.
///
/// The multi handle and the easy handles are touched by this thread alone, but for the wake-up call,
/// which libcurl allows from anywhere.
final class CurlEngine: Sendable {
    enum Command: Sendable {
        case start(CurlTransfer)
        case resume(CurlTransfer)
        case abort(CurlTransfer)
        case stop
    }

    private enum Stage {
        case idle
        case running(multi: UnsafeMutableRawPointer)
        case stopped
    }

    private struct Mailbox {
        var stage = Stage.idle
        var commands: [Command] = []
    }

    private let mailbox = Mutex(Mailbox())

    /// Hands the thread a command, starting it where it does not run yet.
    func post(_ command: Command) {
        var unheard: [Command] = []
        mailbox.withLock { box in
            box.commands.append(command)
            switch box.stage {
            case .running(let multi):
                curl_multi_wakeup(multi)
            case .stopped:
                unheard = box.commands
                box.commands = []
            case .idle:
                if case .stop = command {
                    box.stage = .stopped
                } else if !begin(&box) {
                    unheard = box.commands
                    box.commands = []
                }
            }
        }
        for case .start(let transfer) in unheard {
            transfer.finished(HTTPError(.cancelled, detail: "libcurl's thread does not run"))
        }
    }

    private func begin(_ box: inout Mailbox) -> Bool {
        guard let multi = curl_multi_init() else {
            return false
        }
        box.stage = .running(multi: multi)
        let address = UInt(bitPattern: multi)
        let started = PosixThread.start { self.run(address) }
        if !started {
            box.stage = .idle
            curl_multi_cleanup(multi)
        }
        return started
    }

    /// The thread's whole life. The handle comes as a number because a raw pointer cannot cross threads by itself.
    private func run(_ address: UInt) {
        // The number is the address of a live handle: `begin` made it from one.
        let multi = UnsafeMutableRawPointer(bitPattern: address)!
        var loop = CurlLoop(multi: multi)
        while true {
            let commands = mailbox.withLock { box in
                let taken = box.commands
                box.commands = []
                return taken
            }
            for command in commands {
                switch command {
                case .start(let transfer): loop.start(transfer)
                case .resume(let transfer): loop.resume(transfer)
                case .abort(let transfer): loop.abort(transfer)
                case .stop:
                    mailbox.withLock { $0.stage = .stopped }
                    loop.close()
                    return
                }
            }
            loop.turn()
        }
    }
}
