/// What a run tells its job in a stored message.
enum JobMessage: Codable, Equatable, Sendable {
    case stop(JobStop)
}
