import Wire

/// The server's side of one host's shim: every request may be repeated under the same task id.
public protocol ShimClient: Sendable {
    /// Asks for a task. A task of that id that is there already is no error: its state is given back.
    func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask

    /// The task's state, nil where the shim does not know the id.
    func task(id: String) async throws(AgentError) -> ShimTask?

    /// Ends a task; the first reason stays. Unknown ids are no error.
    ///
    /// - Parameter grace: seconds between the request to end and the force; 0 forces at once.
    func terminate(id: String, reason: String, message: String, grace: Int) async throws(AgentError)

    /// Forgets a terminated task and deletes its directory. Unknown ids are no error.
    func remove(id: String) async throws(AgentError)

    /// What the shim's host uses and what is wrong with it.
    func hostHealth() async throws(AgentError) -> ShimHealth

    /// Opens the stream of task transitions. Its first notice is always a snapshot.
    func watch() async throws(AgentError) -> any ShimWatch
}

extension ShimClient {
    /// Of a shim that tells nothing of its host.
    public func hostHealth() async throws(AgentError) -> ShimHealth { ShimHealth() }
}

/// An open stream of a shim's notices, pulled by one reader.
public protocol ShimWatch: Sendable {
    /// The next notice; nil after `close`. A break of the stream is an error.
    func next() async throws(AgentError) -> ShimNotice?

    /// Ends the stream; a waiting `next` gives nil.
    func close() async
}

/// One message of a shim's stream.
public enum ShimNotice: Sendable, Equatable {
    case snapshot(bootID: String, tasks: [ShimTask])
    case task(ShimTask)
    case removed(id: String)
    case heartbeat
}
