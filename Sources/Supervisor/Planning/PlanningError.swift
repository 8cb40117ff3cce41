/// Why a run as asked for cannot be planned.
public struct PlanningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, in words for the user.
    public let message: String

    public init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}
