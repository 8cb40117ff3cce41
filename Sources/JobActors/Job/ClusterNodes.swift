#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Store
import Wire

/// All nodes of a replica, as each of them is told before its commands begin.
public struct ClusterNodes: Sendable, Hashable, Codable {
    /// Addresses of the nodes, by number.
    public var addresses: [String]
    /// How many GPUs each node has, by number.
    public var gpus: [Int]
    /// How many nodes each group has, in the order of their numbers.
    public var groupSizes: [Int]

    public init(addresses: [String], gpus: [Int], groupSizes: [Int]) {
        self.addresses = addresses
        self.gpus = gpus
        self.groupSizes = groupSizes
    }

    /// A job that has no others beside it.
    static func alone(at address: String, _ record: JobRecord) -> ClusterNodes {
        ClusterNodes(addresses: [address], gpus: [record.gpuCount], groupSizes: [1])
    }

    /// What the runner of a node is told.
    func info(of jobNum: Int) -> RunnerClusterInfo {
        RunnerClusterInfo(
            jobIPs: addresses, masterJobIP: addresses.first ?? "",
            gpusPerJob: gpus.indices.contains(jobNum) ? gpus[jobNum] : 0, gpusPerNode: gpus)
    }

    /// A command with `${{ groups[I].nodes[J].IP_ADDRESS }}` replaced by the addresses. References to nodes that there
    /// are not are refused when the run is planned, and stay as they are here.
    func filled(_ command: String) -> String {
        NodeReference.replace(in: command) { reference in
            guard groupSizes.indices.contains(reference.group),
                (0..<groupSizes[reference.group]).contains(reference.node)
            else { return nil }
            let number = groupSizes[..<reference.group].reduce(0, +) + reference.node
            return addresses.indices.contains(number) ? addresses[number] : nil
        }
    }
}

extension JobRecord {
    /// How many GPUs the job has of its instance.
    var gpuCount: Int {
        guard let runtimeData else { return 0 }
        // What cannot be read here is told where the row is shown.
        let share = try? JSONDecoder().decode(Share.self, from: Data(runtimeData))
        return share?.gpu ?? share?.offer?.instance.resources.gpus.count ?? 0
    }
}

/// The part of a job's runtime data that counts its GPUs.
private struct Share: Decodable {
    struct Offer: Decodable { let instance: Machine }
    struct Machine: Decodable { let resources: Parts }
    struct Parts: Decodable { let gpus: [Gpu] }
    /// Where it has not all of them.
    let gpu: Int?
    let offer: Offer?
}
