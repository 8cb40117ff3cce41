import Foundation
import JobActors
import SSH
import Store
import Wire

extension SlotGrant {
    /// Blocks of an instance, with what the job's row tells about them.
    ///
    /// - Parameters:
    ///   - isContainer: whether the job needs a container; on a host every job runs in one.
    ///   - isNode: whether it is one of several nodes; on a host such a one has the host's network.
    ///   - gpu: what the job asked for.
    init(
        instance: InstanceRecord, blocks: Int, isContainer: Bool, isNode: Bool, gpu: GPUSpec? = nil,
        siblings: [ClaimRecord]
    ) throws {
        var type = try JSONDecoder().decode(InstanceType.self, from: Data(instance.instanceType))
        let backend = BackendType(rawValue: instance.backend) ?? .remote
        var provisioning = JobProvisioningData(
            backend: backend, instanceType: type, instanceId: instance.id, hostname: instance.hostname,
            internalIp: instance.hostname, region: instance.region, price: instance.price,
            // Its jobs have SSH servers of their own, at addresses of their own: known once they run.
            username: "root", sshPort: JobSSHServer.port, dockerized: false)
        var share: Resources?
        if let connection = instance.connection {
            let access = try JSONDecoder().decode(HostAccess.self, from: Data(connection))
            provisioning.locate(access, internalIP: instance.internalIP)
            if blocks < instance.slots {
                type.resources = type.resources.share(blocks, of: instance.slots)
                share = type.resources
            }
        }
        let offer = InstanceOfferWithAvailability(
            backend: backend, instance: type, region: instance.region, price: instance.price, availability: .idle,
            blocks: instance.isLocal ? 1 : blocks, totalBlocks: instance.isLocal ? 1 : instance.slots)
        let hasBridge = instance.isLocal ? isContainer : !isNode
        let runtime = JobRuntimeData(
            networkMode: hasBridge ? .bridge : .host,
            gpu: share?.gpus.count ?? GPUSpec.granted(gpu, hasHostAlone: instance.connection != nil),
            cpu: share.map { Double($0.cpus) },
            memory: share.map { Memory(gigabytes: Double($0.memoryMib) / 1024) }, ports: [:], volumeNames: [],
            offer: offer)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self.init(
            instanceID: instance.id, provisioningData: [UInt8](try encoder.encode(provisioning)),
            runtimeData: [UInt8](try encoder.encode(runtime)), siblings: siblings, blocks: blocks,
            fleetID: instance.fleetID)
    }
}

extension JobProvisioningData {
    /// Where dstack's clients log in to reach a job on a host.
    fileprivate mutating func locate(_ access: HostAccess, internalIP: String?) {
        hostname = access.target.hop.host
        sshPort = access.target.hop.port
        username = access.target.hop.user
        self.internalIp = internalIP
        instanceNetwork = access.network
        dockerized = true
        // Clients know of one host on the way.
        sshProxy = access.target.jumps.first.map {
            SSHConnectionParams(hostname: $0.host, username: $0.user, port: $0.port)
        }
    }
}
