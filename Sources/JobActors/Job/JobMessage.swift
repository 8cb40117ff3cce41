/// What others tell a job in a stored message.
public enum JobMessage: Codable, Equatable, Sendable {
    /// Its run, or who watches what it uses, wants it to end.
    case stop(JobStop)
    /// Its user gives it another time without connections.
    case inactivity(InactivityChange)
}

/// Another time for which nobody may be connected to a job.
public struct InactivityChange: Codable, Equatable, Sendable {
    /// nil for any time.
    public var seconds: Int?

    public init(seconds: Int?) {
        self.seconds = seconds
    }
}
