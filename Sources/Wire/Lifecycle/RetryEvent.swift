/// What a retry policy can cover.
public enum RetryEvent: String, Codable, Sendable, CaseIterable {
    case noCapacity = "no-capacity"
    case interruption
    case error
}
