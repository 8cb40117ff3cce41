import FoundationEssentials
import Glibc
import HostTools

/// What a server of dstack reads of a host that it sets up: `host_info.json` in the shim's directory.
struct HostInfo: Codable, Equatable {
    static let file = "host_info.json"

    var gpuVendor: String
    var gpuName: String
    /// MiB of each.
    var gpuMemory: Int
    var gpuCount: Int
    /// Address and prefix length, as `10.0.0.5/24`.
    var addresses: [String]
    /// Bytes.
    var diskSize: Int
    var cpus: Int
    /// Bytes.
    var memory: Int

    enum CodingKeys: String, CodingKey {
        case addresses, cpus, memory
        case gpuVendor = "gpu_vendor"
        case gpuName = "gpu_name"
        case gpuMemory = "gpu_memory"
        case gpuCount = "gpu_count"
        case diskSize = "disk_size"
    }

    /// This host's. Blocks, see `ToolRun`.
    static func here() -> HostInfo {
        var disk = statvfs()
        let hasDisk = statvfs("/", &disk) == 0
        var info = HostInfo(
            gpuVendor: "", gpuName: "", gpuMemory: 0, gpuCount: 0, addresses: HostInfo.addressesHere(),
            diskSize: hasDisk ? Int(disk.f_blocks) * Int(disk.f_frsize) : 0,
            cpus: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memory: Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))))
        // A tool that cannot be started leaves a host without GPUs, which still can work.
        info.take((try? GPUTools.detect()) ?? [])
        return info
    }

    /// The server takes all cards for one kind.
    mutating func take(_ cards: [GPUCard]) {
        guard let first = cards.first else { return }
        gpuVendor = first.vendor.rawValue
        gpuName = first.printedName
        gpuMemory = first.memoryMib
        gpuCount = cards.count
    }

    /// Writes the file, whole or not at all.
    func write(into home: String) throws(ShimError) {
        let path = home + "/" + Self.file
        do {
            try JSONEncoder().encode(self).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .system(call: "write", subject: path, errno: errno)
        }
    }

    private static func addressesHere() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr, let mask = entry.pointee.ifa_netmask,
                address.pointee.sa_family == sa_family_t(AF_INET),
                entry.pointee.ifa_flags & UInt32(IFF_LOOPBACK) == 0
            else { continue }
            let (ip, bits) = (number(address), number(mask).nonzeroBitCount)
            found.append("\(ip >> 24).\(ip >> 16 & 255).\(ip >> 8 & 255).\(ip & 255)/\(bits)")
        }
        return found
    }

    private static func number(_ address: UnsafeMutablePointer<sockaddr>) -> UInt32 {
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt32(bigEndian: $0.pointee.sin_addr.s_addr) }
    }
}
