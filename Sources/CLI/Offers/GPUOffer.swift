import Wire

/// One model of GPU in one offer.
struct GPUOffer: Equatable {
    /// What makes the members of a group: what it is not grouped by is `nil`.
    struct Key: Hashable {
        var gpu: Gpu
        var backend: BackendType?
        var region: String?
        var count: Int?
    }

    private struct Facts: Hashable {
        var gpu: Gpu
        var count: Int
        var isSpot: Bool
        var backend: BackendType
        var region: String
    }

    var gpu: Gpu
    /// GPUs of this model in the offer.
    var count: Int
    var isSpot: Bool
    var backend: BackendType
    var region: String
    /// Dollars an hour for the whole offer.
    var price: Double
    var availability: InstanceAvailability

    func key(_ grouping: OfferGrouping) -> Key {
        let fields = grouping.fields
        return Key(
            gpu: gpu, backend: fields.contains(.backend) ? backend : nil,
            region: fields.contains(.region) ? region : nil, count: fields.contains(.count) ? count : nil)
    }

    /// The GPUs of offers, backend by backend, what can be had first.
    static func all(of offers: [InstanceOfferWithAvailability]) -> [GPUOffer] {
        var backends: [BackendType] = []
        var found: [BackendType: [GPUOffer]] = [:]
        var seen: Set<Facts> = []
        for offer in offers {
            if !backends.contains(offer.backend) {
                backends.append(offer.backend)
            }
            for (gpu, count) in models(of: offer.instance.resources.gpus) {
                let facts = Facts(
                    gpu: gpu, count: count, isSpot: offer.instance.resources.spot, backend: offer.backend,
                    region: offer.region)
                guard seen.insert(facts).inserted else {
                    continue
                }
                found[offer.backend, default: []].append(
                    GPUOffer(
                        gpu: gpu, count: count, isSpot: facts.isSpot, backend: offer.backend, region: offer.region,
                        price: offer.price, availability: offer.availability))
            }
        }
        return backends.flatMap { backend in
            (found[backend] ?? []).enumerated()
                .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
        }
    }

    /// The models of an offer's GPUs with how many there are of each, in the offer's order.
    private static func models(of gpus: [Gpu]) -> [(gpu: Gpu, count: Int)] {
        var models: [(gpu: Gpu, count: Int)] = []
        for gpu in gpus {
            if let index = models.firstIndex(where: { $0.gpu == gpu }) {
                models[index].count += 1
            } else {
                models.append((gpu, 1))
            }
        }
        return models
    }

    private struct Rank: Comparable {
        var isAvailable: Bool
        var vendor: String
        var name: String
        var memoryMib: Int

        static func < (left: Rank, right: Rank) -> Bool {
            (left.isAvailable ? 0 : 1, left.vendor, left.name, left.memoryMib)
                < (right.isAvailable ? 0 : 1, right.vendor, right.name, right.memoryMib)
        }
    }

    private var rank: Rank {
        Rank(
            isAvailable: availability.canBeHad, vendor: gpu.vendor?.rawValue ?? "", name: gpu.name,
            memoryMib: gpu.memoryMib)
    }
}

extension InstanceAvailability {
    /// Whether the offer can be had now.
    var canBeHad: Bool { self == .unknown || self == .available || self == .idle }
}
