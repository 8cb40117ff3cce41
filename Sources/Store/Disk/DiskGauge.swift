import Foundation

/// What a file system has, in bytes.
public struct DiskLook: Sendable, Equatable {
    /// What may still be written.
    public var free: Int64
    public var total: Int64

    public init(free: Int64, total: Int64) {
        self.free = free
        self.total = total
    }

    /// The file system of a path; nil where the system does not tell.
    public init?(path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let block = Int64(status.f_frsize)
        self.init(free: Int64(status.f_bavail) * block, total: Int64(status.f_blocks) * block)
    }
}

/// Decides when a disk counts as full, and how large the reserve on it is. A pure value.
///
/// Three marks, from the top: above `margin` everything may grow; below it new runs, uploads and samples wait; below a
/// quarter of it job logs wait too. What is left then is for the files of shim and runner. Checkpoints never wait: they
/// have the reserve.
struct DiskGauge: Sendable, Equatable {
    static let largestReserve: Int64 = 8 << 20
    static let largestMargin: Int64 = 64 << 20

    private(set) var isFull = false
    /// Whether the reserve lies on the disk.
    var holdsReserve = false

    static func reserve(_ look: DiskLook) -> Int64 { min(largestReserve, look.total / 4) }

    static func margin(_ look: DiskLook) -> Int64 { min(largestMargin, look.total / 8) }

    /// What has to be free for things to grow. A disk that was full has to have a little more, so that one at the mark
    /// is not now full and now not.
    func needed(_ look: DiskLook) -> Int64 {
        let margin = Self.margin(look)
        return margin + (isFull ? margin / 4 : 0) + (holdsReserve ? 0 : Self.reserve(look))
    }

    /// Whether there is room to put the reserve back.
    func canRestore(_ look: DiskLook) -> Bool { !holdsReserve && look.free >= needed(look) }

    /// Whether job logs may grow.
    func keepsLogs(_ look: DiskLook) -> Bool { look.free >= Self.margin(look) / 4 }

    /// Takes in what the disk has now.
    ///
    /// - Returns: whether the disk has become full, or has room again.
    mutating func take(_ look: DiskLook) -> Bool {
        let wasFull = isFull
        isFull = !holdsReserve || look.free < needed(look)
        return isFull != wasFull
    }
}
