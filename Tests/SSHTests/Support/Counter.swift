import Dispatch
import Synchronization

final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func add(_ more: Int) { count.wrappingAdd(more, ordering: .relaxed) }

    var value: Int { count.load(ordering: .relaxed) }
}

/// Blocks this thread, which is no thread of the pool.
func blockUntil(_ gate: Gate) -> Bool {
    let semaphore = DispatchSemaphore(value: 0)
    Task {
        await gate.wait()
        semaphore.signal()
    }
    semaphore.wait()
    return true
}

/// Bytes whose order can be told: no piece of 64 KiB is like the one before.
func pattern(_ size: Int, seed: Int) -> [UInt8] {
    var piece = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + piece.count)
    while bytes.count < size {
        for (index, byte) in withUnsafeBytes(of: bytes.count &+ seed, Array.init).enumerated() { piece[index] = byte }
        bytes += piece
    }
    bytes.removeLast(bytes.count - size)
    return bytes
}
