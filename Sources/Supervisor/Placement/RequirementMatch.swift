import Wire

/// Whether a machine meets a job's requirements, and what it lacks.
///
/// Ranges bound the machine's whole size, as dstack's do. What dstack fills in by itself (2 CPUs, 8 GB, 100 GB
/// of disk) does not rule out a machine that `isLocal`: only what a user asks for does. Nor does it have too much: jobs
/// share it, and an upper bound is what a container is held to.
public enum RequirementMatch {
    /// What a machine lacks, in words for the user (`memory: 64GB.. (this machine has 24GB)`); empty where it fits.
    public static func shortfalls(_ requirements: Requirements, offer: MachineOffer) -> [String] {
        let asked = requirements.resources
        let has = offer.resources
        let standard = ResourcesSpec()
        var lacks: [String] = []
        let cpus = offer.isLocal ? CountRange(min: asked.cpu.count.min) : asked.cpu.count
        if !(offer.isLocal && asked.cpu.count == standard.cpu.count), !cpus.contains(has.cpus) {
            lacks.append("cpu: \(asked.cpu.count) (it has \(has.cpus))")
        }
        if let arch = asked.cpu.arch, let present = has.cpuArch, arch != present {
            lacks.append("cpu: \(arch.rawValue) (it has \(present.rawValue))")
        }
        let memory = Memory(gigabytes: Double(has.memoryMib) / 1024)
        let memories = offer.isLocal ? MemoryRange(min: asked.memory.min) : asked.memory
        if !(offer.isLocal && asked.memory == standard.memory), !memories.contains(memory) {
            lacks.append("memory: \(asked.memory) (it has \(memory))")
        }
        if let disk = asked.disk, !(offer.isLocal && disk == .standard) {
            let size = Memory(gigabytes: Double(has.disk.sizeMib) / 1024)
            if !disk.size.contains(size) { lacks.append("disk: \(disk.size) (it has \(size))") }
        }
        if let gpu = asked.gpu, !matches(gpu, has.gpus) {
            let present = has.gpus.first.map { "\(has.gpus.count) × \($0.name)" } ?? "none"
            lacks.append("gpu: \(words(gpu)) (it has \(present))")
        }
        if let price = requirements.maxPrice, offer.price > price {
            lacks.append("max_price: \(price) (it costs \(offer.price))")
        }
        if let spot = requirements.spot, spot != has.spot, spot || !offer.isLocal {
            lacks.append(spot ? "spot (it is on-demand)" : "on-demand (it is spot)")
        }
        return lacks
    }

    private static func words(_ gpu: GPUSpec) -> String {
        var parts: [String] = []
        if let vendor = gpu.vendor { parts.append(vendor.rawValue) }
        if let names = gpu.name { parts.append(names.joined(separator: ",")) }
        if let memory = gpu.memory { parts.append(memory.description) }
        parts.append(gpu.count.description)
        return parts.joined(separator: ":")
    }

    private static func matches(_ asked: GPUSpec, _ gpus: [Gpu]) -> Bool {
        let fitting = gpus.filter { gpu in
            if let vendor = asked.vendor, gpu.vendor != vendor { return false }
            if let names = asked.name, !names.contains(where: { $0.lowercased() == gpu.name.lowercased() }) {
                return false
            }
            if let memory = asked.memory, !memory.contains(Memory(gigabytes: Double(gpu.memoryMib) / 1024)) {
                return false
            }
            return true
        }
        // A job sees what is asked for of what the machine has, so only the least counts.
        let least = asked.count.min ?? 0
        if least == 0 { return true }
        if least > fitting.count { return false }
        if let total = asked.totalMemory {
            let sum = Memory(gigabytes: Double(fitting.map(\.memoryMib).reduce(0, +)) / 1024)
            if !total.contains(sum) { return false }
        }
        return true
    }
}

/// A machine as placement sees it.
public struct MachineOffer: Sendable, Equatable {
    public var resources: Resources
    /// Dollars an hour.
    public var price: Double
    /// Whether it is the machine that the server runs on.
    public var isLocal: Bool

    public init(resources: Resources, price: Double, isLocal: Bool) {
        self.resources = resources
        self.price = price
        self.isLocal = isLocal
    }
}
