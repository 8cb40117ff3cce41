import CLinux
import Glibc
import Threads

@testable import Runner

/// Waits for a process that is not ours to wait for.
struct ProcessHandle {
    private let descriptor: Int32

    /// Throws where there is no such process.
    init(_ process: pid_t) throws {
        descriptor = clinux_open_process(process)
        guard descriptor >= 0 else { throw SystemError("open process \(process)") }
    }

    /// Returns when the process has ended.
    func end() async {
        await withCheckedContinuation { continuation in
            do {
                try PosixThread.startSmall {
                    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    while poll(&source, 1, -1) < 0 {}
                    close(descriptor)
                    continuation.resume()
                }
            } catch {
                continuation.resume()
            }
        }
    }
}
