import Glibc

/// Tries again what met a full disk, with growing waits: no disk tells when it has room.
struct RoomWait {
    private static let longest: Int32 = 2000

    /// Whether it waits at all.
    let isPatient: Bool
    private var milliseconds: Int32 = 50

    init(isPatient: Bool) {
        self.isPatient = isPatient
    }

    /// Blocks the thread until `body` succeeds, or fails of something else.
    mutating func retrying<Value>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
        while true {
            do throws(SystemError) {
                return try body()
            } catch {
                guard isPatient, error.isFullDisk else { throw error }
                _ = poll(nil, 0, milliseconds)
                milliseconds = min(milliseconds * 2, Self.longest)
            }
        }
    }
}
