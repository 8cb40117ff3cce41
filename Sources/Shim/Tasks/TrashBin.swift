import CProcesses
import FoundationEssentials
import Glibc
import Synchronization
import Threads

/// Deletes directories of removed tasks on a thread of its own: a job may leave millions of files.
final class TrashBin: Sendable {
    private let path: String
    private let report: @Sendable (String) -> Void
    private let wake: Int32

    /// Starts the thread, which empties the bin at once.
    init(path: String, report: @escaping @Sendable (String) -> Void) throws(ShimError) {
        self.path = path
        self.report = report
        wake = try ShimError.checking("eventfd", path) { cprocesses_counter(1) }
        guard PosixThread.start(signals: .inherited, { self.run() }) else {
            throw .system(call: "pthread_create", subject: "trash bin", errno: EAGAIN)
        }
        filled()
    }

    /// Something was put in.
    func filled() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    private func run() {
        var count: UInt64 = 0
        while read(wake, &count, 8) == 8 {
            for name in FileBytes.names(in: path) {
                do {
                    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
                } catch {
                    report("cannot delete '\(path)/\(name)': \(error); it is tried again when the shim starts")
                }
            }
        }
    }
}
