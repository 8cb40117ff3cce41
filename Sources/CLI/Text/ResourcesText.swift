import Wire

/// Resources in dstack's short form: `cpu=2 mem=8GB disk=100GB gpu=A100:40GB:1`.
enum ResourcesText {
    /// What a configuration asks for.
    static func of(_ spec: ResourcesSpec) -> String {
        var parts = ["cpu=" + (spec.cpu.arch.map { "\($0.rawValue):" } ?? "") + "\(spec.cpu.count)"]
        parts.append("mem=\(spec.memory)")
        if let size = spec.disk?.size {
            parts.append("disk=\(size)")
        }
        if let gpu = spec.gpu, gpu.count != CountRange(exactly: 0) {
            parts.append("gpu=" + of(gpu))
        }
        return parts.joined(separator: " ")
    }

    /// What an instance has.
    static func of(_ resources: Resources, showsSpot: Bool = false) -> String {
        var parts: [String] = []
        if resources.cpus > 0 {
            parts.append("cpu=" + (resources.cpuArch.map { "\($0.rawValue):" } ?? "") + "\(resources.cpus)")
        }
        if resources.memoryMib > 0 {
            parts.append("mem=\(gigabytes(resources.memoryMib))")
        }
        if resources.disk.sizeMib > 0 {
            parts.append("disk=\(gigabytes(resources.disk.sizeMib))")
        }
        if let gpus = gpus(resources) {
            parts.append("gpu=\(gpus)")
        }
        return parts.joined(separator: " ") + (showsSpot && resources.spot ? " (spot)" : "")
    }

    /// An instance's GPUs alone, `-` for none.
    static func gpusOnly(_ resources: Resources) -> String {
        gpus(resources).map { "gpu=\($0)" } ?? "-"
    }

    /// The GPUs alone that a fleet asks for; nothing where it asks for none.
    static func gpuOnly(_ spec: ResourcesSpec) -> String {
        guard let gpu = spec.gpu, (gpu.count.min ?? 0, gpu.count.max ?? 0) != (0, 0) else {
            return ""
        }
        let names = gpu.name.flatMap { $0.isEmpty ? nil : $0.joined(separator: ",") } ?? "gpu"
        return [names, gpu.memory?.description, gpu.count.description].compactMap(\.self).joined(separator: ":")
    }

    /// Whole or tenths of gigabytes.
    static func gigabytes(_ mebibytes: Int) -> String {
        let tenths = (Double(mebibytes) / 1024 * 10).rounded(.toNearestOrEven) / 10
        return DecimalText.general(tenths) + "GB"
    }

    private static func gpus(_ resources: Resources) -> String? {
        guard let first = resources.gpus.first else {
            return nil
        }
        let memory = first.memoryMib > 0 ? ":\(gigabytes(first.memoryMib))" : ""
        return "\(first.name)\(memory):\(resources.gpus.count)"
    }

    private static func of(_ gpu: GPUSpec) -> String {
        var parts: [String] = []
        if let names = gpu.name, !names.isEmpty {
            parts.append(names.joined(separator: ","))
        } else if let vendor = gpu.vendor {
            parts.append(vendor.rawValue)
        }
        if let memory = gpu.memory {
            parts.append("\(memory)")
        }
        parts.append("\(gpu.count)")
        if let total = gpu.totalMemory {
            parts.append("\(total)")
        }
        if let capability = gpu.computeCapability {
            parts.append("\(capability)")
        }
        return parts.joined(separator: ":")
    }
}
