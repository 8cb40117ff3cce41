/// One process, told apart from a later one that got the same number.
struct ProcessIdentity: Hashable, Codable, Sendable {
    var pid: Int32
    /// When it started, in clock ticks since the machine's boot (field 22 of `/proc/PID/stat`).
    var startTicks: UInt64

    enum CodingKeys: String, CodingKey {
        case pid
        case startTicks = "start_ticks"
    }
}
