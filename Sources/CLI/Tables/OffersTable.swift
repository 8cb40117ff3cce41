import Wire

/// The offers of a plan or of `dstack offer`.
enum OffersTable {
    /// - Parameter dimsFurther: whether all offers but the first matter less.
    static func make(_ offers: [InstanceOfferWithAvailability], total: Int, dimsFurther: Bool) -> Table {
        var table = Table(columns: [
            .init(title: "#"), .init(title: "BACKEND", style: .secondary), .init(title: "RESOURCES"),
            .init(title: "INSTANCE TYPE", style: .secondary, wraps: false),
            .init(title: "PRICE", style: .secondary), .init(title: ""),
        ])
        for (index, offer) in offers.enumerated() {
            let blocks = offer.totalBlocks > 1 ? " (\(offer.blocks)/\(offer.totalBlocks))" : ""
            table.add(
                StyledText("\(index + 1)"), StyledText(BackendText.of(offer.backend, region: offer.region)),
                StyledText(ResourcesText.of(offer.instance.resources, showsSpot: true)),
                StyledText(offer.instance.name + blocks), StyledText(PriceText.of(offer.price)),
                StyledText(availability(offer.availability)),
                style: index == 0 || !dimsFurther ? .plain : .secondary)
        }
        if total > offers.count {
            table.add("", "...", style: .secondary)
        }
        return table
    }

    /// The line below a table that does not show all offers; `nil` where it does.
    static func remainder(shown: Int, total: Int, maxPrice: Double) -> StyledText? {
        guard total > shown else {
            return nil
        }
        return StyledText(" Shown \(shown) of \(total) offers, \(PriceText.of(maxPrice)) max", .secondary)
    }

    private static func availability(_ availability: InstanceAvailability) -> String {
        switch availability {
        case .unknown, .available: ""
        case .notAvailable: "not available"
        case .noQuota: "no quota"
        case .noBalance: "no balance"
        case .idle: "idle"
        case .busy: "busy"
        }
    }
}
