/// Resources in one line, as dstack's clients print them: `cpu=2.. mem=8GB.. disk=100GB.. gpu=A100:40GB:2`.
enum ResourcesText {
    /// The parts of the line in their order; nil ones are left out.
    struct Parts {
        var cpu: String?
        var memory: String?
        var disk: String?
        /// The GPUs' name or vendor, and what stands behind it; the count is the second.
        var gpu: String?
    }

    static func line(_ parts: Parts) -> String {
        [
            parts.cpu.map { "cpu=\($0)" }, parts.memory.map { "mem=\($0)" }, parts.disk.map { "disk=\($0)" },
            parts.gpu.map { "gpu=\($0)" },
        ].compactMap(\.self).joined(separator: " ")
    }

    /// Mebibytes as gigabytes with at most one decimal.
    static func gigabytes(_ mebibytes: Int) -> String {
        DecimalText.general((Double(mebibytes) / 1024 * 10).rounded(.toNearestOrEven) / 10) + "GB"
    }
}

extension ResourcesSpec {
    /// The line that plans show.
    public var text: String {
        ResourcesText.line(
            .init(
                cpu: (cpu.arch.map { "\($0.rawValue):" } ?? "") + cpu.count.description, memory: memory.description,
                disk: disk?.size.description, gpu: gpu?.text))
    }
}

extension GPUSpec {
    fileprivate var text: String {
        let name = name.flatMap { $0.isEmpty ? nil : $0.joined(separator: ",") } ?? vendor?.rawValue
        return [
            name, memory?.description, count.description, totalMemory?.description, computeCapability?.description,
        ].compactMap(\.self).joined(separator: ":")
    }
}

extension Requirements {
    /// The line that plans show: resources, then whether spot, then the highest price.
    public var text: String {
        var text = resources.text
        if let spot { text += spot ? ", spot" : ", on-demand" }
        if let maxPrice {
            var price = DecimalText.fixed(maxPrice, decimals: 6)
            while price.hasSuffix("0") { price.removeLast() }
            if price.hasSuffix(".") { price.removeLast() }
            text += " under $\(price) per hour"
        }
        return text
    }
}

extension Resources {
    /// The line that tables show.
    ///
    /// - Parameter includeSpot: whether ` (spot)` follows where the instance is one.
    public func text(includeSpot: Bool = false) -> String {
        var parts = ResourcesText.Parts()
        if cpus > 0 { parts.cpu = (cpuArch.map { "\($0.rawValue):" } ?? "") + String(cpus) }
        if memoryMib > 0 { parts.memory = ResourcesText.gigabytes(memoryMib) }
        if disk.sizeMib > 0 { parts.disk = ResourcesText.gigabytes(disk.sizeMib) }
        parts.gpu = gpuPart
        return ResourcesText.line(parts) + (includeSpot && spot ? " (spot)" : "")
    }

    /// The GPUs alone, `-` where there are none.
    public func gpuText(includeSpot: Bool = false) -> String {
        guard let gpuPart else { return "-" }
        return "gpu=" + gpuPart + (includeSpot && spot ? " (spot)" : "")
    }

    private var gpuPart: String? {
        guard let first = gpus.first else { return nil }
        let memory = first.memoryMib > 0 ? ResourcesText.gigabytes(first.memoryMib) : nil
        return [first.name, memory, String(gpus.count)].compactMap(\.self).joined(separator: ":")
    }
}
