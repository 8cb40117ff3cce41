import AgentClient

/// What serves the connections to agents, named here for who makes them.
public typealias AgentLoops = AgentClient.AgentLoops
