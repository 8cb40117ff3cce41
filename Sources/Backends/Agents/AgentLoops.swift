import HTTPClient

/// What serves the connections to agents, named here for who makes them.
public typealias AgentLoops = HTTPClient.AgentLoops
