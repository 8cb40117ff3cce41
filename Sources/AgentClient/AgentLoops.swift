import NIOCore
import NIOPosix

/// The threads that serve connections to agents. Where the caller runs on the same one, a request and its answer need
/// no change of thread.
public struct AgentLoops: Sendable {
    let group: any EventLoopGroup

    public init(_ group: any EventLoopGroup) {
        self.group = group
    }

    /// One of them.
    public func next() -> any EventLoop { group.next() }

    /// Those of the whole program, one for each core.
    public static var shared: AgentLoops { AgentLoops(MultiThreadedEventLoopGroup.singleton) }
}
