import Wire

/// What an offer lacks of what is required.
enum OfferGap {
    /// The requirements that the offer does not meet, each as `property=required`.
    static func between(_ requirements: Requirements, _ offer: InstanceOfferWithAvailability) -> [String] {
        let needed = requirements.resources
        let has = offer.instance.resources
        var unmet: [String] = []
        if !needed.cpu.count.contains(has.cpus) {
            unmet.append("cpu=\(needed.cpu.count)")
        } else if let arch = needed.cpu.arch, let its = has.cpuArch, arch != its {
            unmet.append("cpu=\(arch.rawValue):\(needed.cpu.count)")
        }
        if !needed.memory.contains(gigabytes(has.memoryMib)) {
            unmet.append("mem=\(needed.memory)")
        }
        if let size = needed.disk?.size, has.disk.sizeMib > 0, !size.contains(gigabytes(has.disk.sizeMib)) {
            unmet.append("disk=\(size)")
        }
        if let gpu = needed.gpu, !meets(gpu, has.gpus) {
            unmet += ResourcesText.of(ResourcesSpec(gpu: gpu, disk: nil)).split(separator: " ")
                .filter { $0.hasPrefix("gpu=") }.map(String.init)
        }
        if let price = requirements.maxPrice, offer.price > price {
            unmet.append("max_price=\(PriceText.of(price))")
        }
        if let spot = requirements.spot, spot != has.spot {
            unmet.append("spot_policy=\(spot ? "spot" : "on-demand")")
        }
        return unmet
    }

    /// The failure in words: the requirements that are not met, and the offer that comes closest.
    static func words(_ unmet: [String], _ requirements: Requirements, _ nearest: InstanceOfferWithAvailability)
        -> String
    {
        let place = BackendText.of(nearest.backend, region: nearest.region)
        let what = unmet.isEmpty ? ResourcesText.of(requirements.resources) : unmet.joined(separator: " ")
        let offer = ResourcesText.of(nearest.instance.resources, showsSpot: true)
        return "No offer meets \(what) (the nearest is \(place): \(offer), \(PriceText.of(nearest.price)))"
    }

    private static func gigabytes(_ mebibytes: Int) -> Memory {
        Memory(gigabytes: Double(mebibytes) / 1024)
    }

    private static func meets(_ spec: GPUSpec, _ gpus: [Gpu]) -> Bool {
        let fitting = gpus.filter { gpu in
            let names = spec.name ?? []
            return (names.isEmpty || names.contains { $0.lowercased() == gpu.name.lowercased() })
                && (spec.vendor == nil || gpu.vendor == nil || spec.vendor == gpu.vendor)
                && (spec.memory?.contains(gigabytes(gpu.memoryMib)) ?? true)
        }
        let total = fitting.reduce(0) { $0 + $1.memoryMib }
        return spec.count.contains(fitting.count) && (spec.totalMemory?.contains(gigabytes(total)) ?? true)
    }
}
