import Wire

/// Groups offers by their GPUs, by the rules of dstack's `gpus/list`: of offers that differ in nothing that is shown
/// the first counts, and what can be had comes first, then the cheapest.
enum GPUGroups {
    static func make(_ offers: [InstanceOfferWithAvailability], by grouping: OfferGrouping) -> [GPUGroup] {
        let regions = Dictionary(grouping: offers, by: \.backend).mapValues { Set($0.map(\.region)).sorted() }
        var keys: [GPUOffer.Key] = []
        var groups: [GPUOffer.Key: GPUGroup] = [:]
        for offer in GPUOffer.all(of: offers) {
            let key = offer.key(grouping)
            if groups[key] == nil {
                keys.append(key)
            }
            groups[key, default: GPUGroup(offer, grouping, regions: regions[offer.backend] ?? [])].include(offer)
        }
        let byCount = grouping.fields.contains(.count)
        // What ties stays in the order in which it was met.
        return keys.compactMap { groups[$0] }.enumerated()
            .sorted { left, right in
                if isBefore(left.element, right.element, byCount: byCount) { return true }
                return !isBefore(right.element, left.element, byCount: byCount) && left.offset < right.offset
            }.map(\.element)
    }

    private static func isBefore(_ left: GPUGroup, _ right: GPUGroup, byCount: Bool) -> Bool {
        if left.isAvailable != right.isAvailable { return left.isAvailable }
        if left.price.min != right.price.min { return left.price.min < right.price.min }
        if left.price.max != right.price.max { return left.price.max < right.price.max }
        func place(_ group: GPUGroup) -> (String, String) { (group.backend?.rawValue ?? "", group.region ?? "") }
        if place(left) != place(right) { return place(left) < place(right) }
        if byCount, left.count.min != right.count.min { return left.count.min < right.count.min }
        return (left.name, left.memoryMib) < (right.name, right.memoryMib)
    }
}

extension GPUGroup {
    /// A group with nothing in it but what its first member says.
    fileprivate init(_ offer: GPUOffer, _ grouping: OfferGrouping, regions: [String]) {
        let byBackend = grouping.fields.contains(.backend)
        let byRegion = grouping.fields.contains(.region)
        self.init(
            name: offer.gpu.name, memoryMib: offer.gpu.memoryMib, vendor: offer.gpu.vendor, availability: [], spot: [],
            count: Range(offer.count), price: Range(offer.price / Double(offer.count)),
            offerPrice: Range(offer.price), backends: byBackend ? nil : [], backend: byBackend ? offer.backend : nil,
            regions: byBackend && !byRegion ? regions : nil, region: byRegion ? offer.region : nil)
    }

    fileprivate mutating func include(_ offer: GPUOffer) {
        if !availability.contains(offer.availability) {
            availability.append(offer.availability)
        }
        let kind = offer.isSpot ? "spot" : "on-demand"
        if !spot.contains(kind) {
            spot.append(kind)
        }
        if backends?.contains(offer.backend) == false {
            backends?.append(offer.backend)
        }
        count.include(offer.count)
        price.include(offer.price / Double(offer.count))
        offerPrice.include(offer.price)
    }
}
