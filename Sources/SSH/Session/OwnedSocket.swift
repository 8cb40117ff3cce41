import Glibc
import Synchronization

/// A descriptor on its way to who will close it; closed where it does not arrive.
final class OwnedSocket: Sendable {
    private let file: Mutex<Int32?>

    init(_ file: Int32) {
        self.file = Mutex(file)
    }

    /// Hands it over; nil where that has been done.
    func take() -> Int32? {
        file.withLock { file in
            defer { file = nil }
            return file
        }
    }

    deinit {
        if let file = take() { close(file) }
    }
}
