/// The stream that a log came from.
public enum LogEventSource: String, Codable, Sendable, CaseIterable {
    case stdout
    case stderr
}
