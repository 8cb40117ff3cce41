/// Whether an offer can be had.
public enum InstanceAvailability: String, Codable, Sendable, CaseIterable {
    case unknown
    case available
    case notAvailable = "not_available"
    case noQuota = "no_quota"
    case noBalance = "no_balance"
    case idle
    case busy
}
