import Dispatch
import Glibc
import Synchronization
import Threads

/// Where a command's input comes from, on the loop's thread.
protocol CommandInput: AnyObject {
    func next() -> InputPiece
    /// So many bytes more were sent.
    func sent(_ count: Int)
    func stop()
}

enum InputPiece {
    /// It is being read; the loop is told when there is more.
    case wait
    case piece([UInt8])
    case end
    case failed(String)
}

/// Input that is there.
final class BytesInput: CommandInput {
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes.isEmpty ? nil : bytes
    }

    func next() -> InputPiece {
        guard let bytes else { return .end }
        self.bytes = nil
        return .piece(bytes)
    }

    func sent(_ count: Int) {}
    func stop() {}
}

/// A file that a thread of its own reads piece by piece, at most two ahead.
final class FileInput: CommandInput {
    private let pieces: FilePieces
    private let progress: @Sendable (Int) -> Void
    private var total = 0

    /// - Parameter ready: called by the reading thread when there is something new.
    init(path: String, progress: @escaping @Sendable (Int) -> Void, ready: @escaping @Sendable () -> Void) {
        pieces = FilePieces(ready: ready)
        self.progress = progress
        pieces.start(path)
    }

    func next() -> InputPiece {
        pieces.next()
    }

    func sent(_ count: Int) {
        total += count
        progress(total)
    }

    func stop() {
        pieces.stop()
    }
}

/// What passes between the thread that reads a file and the loop.
private final class FilePieces: Sendable {
    private static let size = 256 << 10

    private struct State {
        var waiting: [InputPiece] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    /// Made with nothing and then given room for two pieces: a semaphore that goes with less than it was made with ends
    /// the program, and a reader that is stopped leaves it so.
    private let room = DispatchSemaphore(value: 0)
    private let ready: @Sendable () -> Void

    init(ready: @escaping @Sendable () -> Void) {
        self.ready = ready
        room.signal()
        room.signal()
    }

    func start(_ path: String) {
        if !PosixThread.start({ self.read(path) }) {
            put(.failed("\(path) cannot be read: no thread can be made"))
        }
    }

    func next() -> InputPiece {
        let piece = state.withLock { state -> InputPiece in
            state.waiting.isEmpty ? .wait : state.waiting.removeFirst()
        }
        if case .piece = piece { room.signal() }
        return piece
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        room.signal()
    }

    private func put(_ piece: InputPiece) {
        state.withLock { $0.waiting.append(piece) }
        ready()
    }

    private func read(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            put(.failed("\(path) cannot be read: \(Errno(errno).words)"))
            return
        }
        defer { close(file) }
        while true {
            room.wait()
            if state.withLock({ $0.isStopped }) { return }
            var failure: Errno?
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
                let size = Glibc.read(file, buffer.baseAddress, Self.size)
                if size < 0 { failure = Errno(errno) }
                count = max(0, size)
            }
            if let failure {
                put(.failed("\(path) cannot be read: \(failure.words)"))
                return
            }
            if bytes.isEmpty {
                put(.end)
                return
            }
            put(.piece(bytes))
        }
    }
}
