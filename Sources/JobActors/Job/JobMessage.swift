/// What others tell a job in a stored message.
public enum JobMessage: Codable, Equatable, Sendable {
    /// Its run, or who watches what it uses, wants it to end.
    case stop(JobStop)
}
