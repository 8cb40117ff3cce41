import Wire

/// What a node knows of the others while it waits for them. Pure: the effect around it listens.
///
/// Nobody starts before all addresses are known, since every node is told all of them. The startup order is a second
/// condition; a node that began counts as begun also when it is over already, so that a master that is quick does not
/// leave its workers waiting. A node that failed is the run's to judge: it ends or retries them all.
struct ClusterWait: Equatable {
    /// One node of the replica.
    struct Node: Equatable {
        var jobID: String
        var facts: NodeFacts?
        var gpus: Int
    }

    /// Number of the node that waits.
    let jobNum: Int
    let policy: ClusterPolicy
    /// By number.
    private(set) var nodes: [Node]

    init(jobNum: Int, policy: ClusterPolicy, nodes: [Node]) {
        self.jobNum = jobNum
        self.policy = policy
        self.nodes = nodes
    }

    /// Takes in what a node tells. What is known of it never becomes less.
    mutating func hear(_ news: NodeNews) {
        for index in nodes.indices where nodes[index].jobID == news.jobID {
            let hasStarted = nodes[index].facts?.hasStarted == true || news.facts.hasStarted
            nodes[index].facts = NodeFacts(address: news.facts.address, hasStarted: hasStarted)
        }
    }

    /// All nodes, once it is this one's turn to start.
    var ready: ClusterNodes? {
        guard reason == nil else { return nil }
        return ClusterNodes(
            addresses: nodes.compactMap(\.facts?.address), gpus: nodes.map(\.gpus), groupSizes: policy.groupSizes)
    }

    /// What is waited for, in words for the user; nil where it is this node's turn.
    var reason: String? {
        let unknown = nodes.indices.filter { nodes[$0].facts == nil }
        if nodes.count < policy.nodes { return "Waiting for all nodes of the run" }
        if !unknown.isEmpty { return "Waiting for \(Self.list(unknown)) to be there" }
        let awaited: [Int] =
            switch policy.startupOrder {
            case .any: []
            case .masterFirst: jobNum == 0 ? [] : [0]
            case .workersFirst: jobNum == 0 ? Array(nodes.indices.dropFirst()) : []
            }
        let late = awaited.filter { nodes[$0].facts?.hasStarted != true }
        return late.isEmpty
            ? nil : "Waiting for \(Self.list(late)) to run (startup_order: \(policy.startupOrder.rawValue))"
    }

    private static func list(_ numbers: [Int]) -> String {
        let names = numbers.map(String.init).joined(separator: ", ")
        return numbers.count == 1 ? "node \(names)" : "nodes \(names)"
    }
}
