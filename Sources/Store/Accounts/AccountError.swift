/// Why a change to users, projects or what belongs to them was refused. Nothing was changed.
public struct AccountError: Error, Equatable, Sendable {
    /// What kind of refusal it is; decides the answer's status and code.
    public enum Code: Sendable, Equatable {
        case invalid, exists, notFound, forbidden, repoNotFound
    }

    public let code: Code
    /// What was refused, in dstack's words where its clients show them.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let exists = AccountError(.exists, "Resource exists")
    static let notFound = AccountError(.notFound, "Resource not found")
    static let denied = AccountError(.forbidden, "Access denied")
}
