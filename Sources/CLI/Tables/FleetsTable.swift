import Wire

/// The table of `dstack fleet list`: a line for what each fleet asks for, one for each instance that it has.
enum FleetsTable {
    static func make(_ fleets: [Fleet], project: String, verbose: Bool, now: Timestamp) -> Table {
        var table = Table(columns: columns(verbose: verbose))
        for fleet in fleets.sorted(by: { $0.createdAt > $1.createdAt }) {
            table.add(fleetCells(fleet, project: project, verbose: verbose, now: now))
            for instance in fleet.instances {
                table.add(instanceCells(instance, verbose: verbose, now: now))
            }
        }
        return table
    }

    private static func columns(verbose: Bool) -> [Table.Column] {
        var columns: [Table.Column] = [
            .init(title: "NAME", wraps: false), .init(title: "NODES", style: .secondary),
        ]
        columns += verbose ? [.init(title: "RESOURCES"), .init(title: "DRIVER")] : [.init(title: "GPU")]
        columns += [
            .init(title: "SPOT", style: .secondary), .init(title: "BACKEND"), .init(title: "PRICE"),
            .init(title: "STATUS", wraps: false), .init(title: "CREATED", style: .secondary, wraps: false, isAge: true),
        ]
        return columns + (verbose ? [.init(title: "ERROR")] : [])
    }

    private static func fleetCells(
        _ fleet: Fleet, project: String, verbose: Bool, now: Timestamp
    ) -> [String: StyledText] {
        let spec = fleet.spec.configuration
        var cells: [String: StyledText] = [
            "NAME": StyledText(
                fleet.projectName == project ? fleet.name : "\(fleet.projectName)/\(fleet.name)", .secondary),
            "STATUS": StyledText(fleet.status.rawValue, style(of: fleet.status)),
            "CREATED": StyledText(TimeText.ago(fleet.createdAt, now: now)),
        ]
        var nodes: String
        if let hosts = spec.sshConfig?.hosts {
            nodes = "\(hosts.count)"
            let isLocal =
                !fleet.instances.isEmpty
                && fleet.instances.allSatisfy {
                    BackendText.isLocal($0.backend, region: $0.region)
                }
            cells["BACKEND"] = StyledText(isLocal ? "local" : "ssh", .secondary)
        } else {
            nodes = spec.nodes.map { "\(CountRange(min: $0.min, max: $0.max))" } ?? ""
            cells["RESOURCES"] = StyledText(spec.resources.map(ResourcesText.of) ?? "", .secondary)
            cells["GPU"] = StyledText(spec.resources.map(ResourcesText.gpuOnly) ?? "", .secondary)
            let backends = spec.backends ?? []
            cells["BACKEND"] = StyledText(
                backends.isEmpty ? "*" : backends.map { BackendText.of($0, region: nil) }.joined(separator: ", "),
                .secondary)
            cells["SPOT"] = StyledText((spec.spotPolicy ?? fleet.spec.profile.params.spotPolicy)?.rawValue ?? "")
            if let price = spec.maxPrice ?? fleet.spec.profile.params.maxPrice {
                cells["PRICE"] = StyledText("$0..\(PriceText.amount(price))", .secondary)
            }
        }
        if verbose, spec.placement == .cluster {
            nodes += " (cluster)"
        }
        cells["NODES"] = StyledText(nodes)
        return cells
    }

    private static func instanceCells(_ instance: Instance, verbose: Bool, now: Timestamp) -> [String: StyledText] {
        var cells: [String: StyledText] = [
            "NAME": StyledText("   instance=\(instance.instanceNum)"),
            "STATUS": status(instance),
            "CREATED": StyledText(TimeText.ago(instance.created, now: now)),
            "DRIVER": StyledText(instance.gpuDriver?.version ?? ""),
        ]
        let region = verbose ? instance.availabilityZone ?? instance.region : instance.region
        // This machine is named with its runtime: `local (docker)`.
        let isLocal = BackendText.isLocal(instance.backend, region: instance.region)
        let name =
            (isLocal ? instance.instanceType?.name : nil)
            ?? BackendText.name(instance.backend, region: instance.region)
        if !isLocal, let region, !region.isEmpty {
            cells["BACKEND"] = "\(name) \("(", .secondary)\(region)\(")", .secondary)"
        } else {
            cells["BACKEND"] = StyledText(name)
        }
        let isConnecting = instance.backend == .remote && [.pending, .provisioning].contains(instance.status)
        if let type = instance.instanceType, !isConnecting {
            cells["RESOURCES"] = StyledText(ResourcesText.of(type.resources))
            cells["GPU"] = StyledText(ResourcesText.gpusOnly(type.resources))
        }
        if instance.backend != .remote {
            cells["SPOT"] = StyledText(instance.instanceType.map { $0.resources.spot ? "spot" : "on-demand" } ?? "")
            cells["PRICE"] = StyledText(instance.price.map(PriceText.of) ?? "")
        }
        if instance.status == .terminated, let reason = instance.terminationReason {
            cells["ERROR"] = StyledText(reason.rawValue)
        } else if instance.unreachable, let why = instance.statusMessage {
            cells["ERROR"] = StyledText(why)
        }
        return cells
    }

    private static func status(_ instance: Instance) -> StyledText {
        let isAvailable = instance.status == .idle || instance.status == .busy
        var text: StyledText
        if isAvailable, let blocks = instance.totalBlocks, blocks > 1 {
            text = "\("\(instance.busyBlocks)/\(blocks)", .secondary) \("busy", style(of: instance.status))"
        } else {
            text = StyledText(instance.status.rawValue, style(of: instance.status))
        }
        guard isAvailable else {
            return text
        }
        if instance.unreachable {
            text += StyledText(" (unreachable)", Style(colour: .indianRed, isBold: true))
        } else if instance.healthStatus == .warning {
            text += StyledText(" (warning)", Style(colour: .gold, isBold: true))
        } else if instance.healthStatus != .healthy {
            text += StyledText(" (\(instance.healthStatus.rawValue))", Style(colour: .indianRed, isBold: true))
        }
        return text
    }

    private static func style(of status: FleetStatus) -> Style {
        switch status {
        case .submitted, .active, .terminated: .secondary
        case .terminating: Style(colour: .skyBlue, isBold: true)
        case .failed: Style(colour: .indianRed, isBold: true)
        }
    }

    private static func style(of status: InstanceStatus) -> Style {
        switch status {
        case .pending, .provisioning, .busy, .terminating: Style(colour: .skyBlue, isBold: true)
        case .idle: Style(colour: .seaGreen, isBold: true)
        case .terminated: .secondary
        }
    }
}
