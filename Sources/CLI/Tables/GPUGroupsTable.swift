import Wire

/// The table of `dstack offer --group-by`.
enum GPUGroupsTable {
    /// More regions than this are counted, not named.
    private static let regionsNamed = 3

    static func make(_ groups: [GPUGroup], by grouping: OfferGrouping) -> Table {
        let showsBackend = grouping.fields.contains(.backend)
        let regions = grouping.fields.contains(.region) ? "REGION" : "REGIONS"
        var columns: [Table.Column] = [
            .init(title: "#", style: .secondary), .init(title: "GPU", wraps: false),
            .init(title: "SPOT", style: .secondary), .init(title: "$/GPU", style: .secondary),
            .init(title: showsBackend ? "BACKEND" : "BACKENDS", style: .secondary),
        ]
        if showsBackend {
            columns.append(.init(title: regions, style: .secondary))
        }
        columns.append(.init(title: "", style: .secondary))
        var table = Table(columns: columns)
        for (index, group) in groups.enumerated() {
            table.add([
                "#": StyledText("\(index + 1)"), "GPU": StyledText(gpu(group)),
                "SPOT": StyledText(["spot", "on-demand"].filter(group.spot.contains).joined(separator: ", ")),
                "$/GPU": StyledText(price(group.price)),
                "BACKEND": StyledText(group.backend.map { name($0, group) } ?? ""),
                "BACKENDS": StyledText((group.backends ?? []).map { name($0, group) }.joined(separator: ", ")),
                regions: StyledText(group.region ?? names(of: group.regions ?? [])),
                "": StyledText(availability(group)),
            ])
        }
        return table
    }

    private static func gpu(_ group: GPUGroup) -> String {
        let count = group.count
        let range = count.min == count.max ? "\(count.min)" : "\(count.min)..\(count.max)"
        return "\(group.name):\(group.memoryMib / 1024)GB:\(range)"
    }

    private static func price(_ price: GPUGroup.Range<Double>) -> String {
        let (low, high) = (PriceText.amount(price.min), PriceText.amount(price.max))
        return low == high ? low : "\(low)..\(high)"
    }

    private static func name(_ backend: BackendType, _ group: GPUGroup) -> String {
        BackendText.name(backend, region: group.region ?? (group.regions?.count == 1 ? group.regions?.first : nil))
    }

    private static func names(of regions: [String]) -> String {
        regions.count > regionsNamed ? "\(regions.count) regions" : regions.joined(separator: ", ")
    }

    /// Said only where no offer of the group is free.
    private static func availability(_ group: GPUGroup) -> String {
        guard !group.availability.contains(where: { $0 == .unknown || $0 == .available }) else {
            return ""
        }
        return group.availability.map { $0.rawValue.split(separator: "_").joined(separator: " ") }
            .joined(separator: ", ")
    }
}
