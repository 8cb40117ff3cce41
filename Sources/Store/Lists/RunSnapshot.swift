import Wire

/// A run with what an answer shows of it.
public struct RunSnapshot: Sendable, Equatable {
    public let run: RunRecord
    /// Its submissions, by replica, job and submission number.
    public let jobs: [JobRecord]
    public let projectName: String
    public let userName: String
    public let fleetName: String?
}

/// Which runs a list shows.
public struct RunFilter: Sendable {
    /// Who asks; sees runs of the projects it belongs to. nil sees all.
    public var visibleTo: String?
    public var projectID: String?
    /// Whose runs.
    public var userID: String?
    /// Without finished ones.
    public var onlyActive: Bool

    public init(
        visibleTo: String? = nil, projectID: String? = nil, userID: String? = nil, onlyActive: Bool = false
    ) {
        self.visibleTo = visibleTo
        self.projectID = projectID
        self.userID = userID
        self.onlyActive = onlyActive
    }
}
