import GRDB
import Wire

/// Which part of a list is asked for. Lists are newest first unless `ascending`.
public struct Page: Sendable, Equatable {
    /// Time of the last item of the page before.
    public var previousTime: Timestamp?
    /// Id of that item, for items of one moment.
    public var previousID: String?
    /// Most items to give.
    public var limit: Int
    public var ascending: Bool

    public init(
        previousTime: Timestamp? = nil, previousID: String? = nil, limit: Int = 2000, ascending: Bool = false
    ) {
        self.previousTime = previousTime
        self.previousID = previousID
        self.limit = limit
        self.ascending = ascending
    }

    /// The condition for what follows the page before, with its arguments; `1` where there was none.
    func condition(time: String, id: String) -> (sql: String, arguments: StatementArguments) {
        guard let previousTime else { return ("1", []) }
        let (after, within) = ascending ? (">", "<") : ("<", ">")
        guard let previousID else { return ("\(time) \(after) ?", [previousTime.microseconds]) }
        return (
            "(\(time) \(after) ? OR (\(time) = ? AND \(id) \(within) ?))",
            [previousTime.microseconds, previousTime.microseconds, previousID]
        )
    }

    /// The clause that orders and cuts the list.
    func order(time: String, id: String) -> String {
        ascending
            ? "ORDER BY \(time) ASC, \(id) DESC LIMIT \(limit)" : "ORDER BY \(time) DESC, \(id) ASC LIMIT \(limit)"
    }
}
