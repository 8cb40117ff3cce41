import Wire

/// The table of `dstack ps`.
enum RunsTable {
    static func make(_ runs: [Wire.Run], verbose: Bool, now: Timestamp) -> Table {
        let showsProbes = verbose || runs.contains(where: hasProbes)
        var table = Table(columns: columns(verbose: verbose, showsProbes: showsProbes))
        for run in runs {
            add(run, to: &table, verbose: verbose, now: now)
        }
        return table
    }

    private static func columns(verbose: Bool, showsProbes: Bool) -> [Table.Column] {
        var columns: [Table.Column] = [
            .init(title: "NAME", style: .bold, wraps: false), .init(title: "BACKEND", style: .secondary),
        ]
        if verbose {
            columns.append(.init(title: "RESOURCES", style: .secondary))
            columns.append(.init(title: "INSTANCE TYPE", style: .secondary, wraps: false))
        } else {
            columns.append(.init(title: "GPU"))
        }
        columns.append(.init(title: "PRICE", style: .secondary))
        columns.append(.init(title: "STATUS"))
        if showsProbes {
            columns.append(.init(title: "PROBES"))
        }
        columns.append(.init(title: "SUBMITTED", style: .secondary, wraps: false, isAge: true))
        if verbose {
            columns.append(.init(title: "ERROR"))
        }
        return columns
    }

    private static func add(_ run: Wire.Run, to table: inout Table, verbose: Bool, now: Timestamp) {
        var status = StatusText.of(run)
        if let start = run.nextStart {
            status += StyledText(" (starts \(TimeText.start(start, now: now)))", .secondary)
        }
        var runCells: [String: StyledText] = [
            "NAME": StyledText(run.runSpec.runName ?? ""),
            "SUBMITTED": StyledText(TimeText.ago(run.submittedAt, now: now)),
            "STATUS": status, "RESOURCES": "-", "GPU": "-", "PRICE": "-",
        ]
        if let error = run.error {
            runCells["ERROR"] = StyledText(error)
        }
        guard run.jobs.count != 1 else {
            // One job: its row and the run's are one.
            let job = run.jobs[0]
            var cells = jobCells(job, name: "", verbose: verbose, now: now)
            for name in ["NAME", "SUBMITTED", "ERROR"] {
                cells[name] = runCells[name] ?? cells[name]
            }
            // How the last start ended says less than when the next one is.
            if run.nextStart != nil { cells["STATUS"] = status }
            table.add(cells)
            return
        }
        table.add(runCells)
        let showsReplica = Set(run.jobs.map(\.jobSpec.replicaNum)).count > 1
        let showsJob = Set(run.jobs.map(\.jobSpec.jobNum)).count > 1
        for job in run.jobs.sorted(by: { $0.jobSpec.replicaNum < $1.jobSpec.replicaNum }) {
            let parts = [
                showsReplica ? "replica=\(job.jobSpec.replicaNum)" : nil, showsJob ? "job=\(job.jobSpec.jobNum)" : nil,
            ]
            let name = "   " + parts.compactMap(\.self).joined(separator: " ")
            table.add(jobCells(job, name: name, verbose: verbose, now: now), style: .secondary)
        }
    }

    private static func jobCells(
        _ job: Job, name: String, verbose: Bool, now: Timestamp
    ) -> [String: StyledText] {
        var cells: [String: StyledText] = ["NAME": StyledText(name), "RESOURCES": "-", "GPU": "-", "PRICE": "-"]
        guard let submission = job.jobSubmissions.last else {
            return cells
        }
        cells["STATUS"] = StatusText.of(submission, verbose: verbose)
        cells["PROBES"] = probes(job.jobSpec.probes, submission)
        cells["SUBMITTED"] = StyledText(TimeText.ago(submission.submittedAt, now: now))
        cells["ERROR"] = StyledText(submission.error ?? "")
        guard let placed = submission.jobProvisioningData else {
            return cells
        }
        // A share of an instance: the offer that the job runs on, not the whole instance.
        let shared = submission.jobRuntimeData?.offer.flatMap { $0.totalBlocks > 1 ? $0 : nil }
        let instance = shared?.instance ?? placed.instanceType
        cells["BACKEND"] = StyledText(BackendText.of(placed.backend, region: placed.region))
        cells["RESOURCES"] = StyledText(ResourcesText.of(instance.resources))
        cells["GPU"] = StyledText(ResourcesText.gpusOnly(instance.resources))
        cells["INSTANCE TYPE"] = StyledText(
            instance.name + (shared.map { " (\($0.blocks)/\($0.totalBlocks))" } ?? "")
                + (placed.reservation.map { " (\($0))" } ?? ""))
        cells["PRICE"] = StyledText(
            PriceText.of(shared?.price ?? placed.price) + (instance.resources.spot ? " (spot)" : ""))
        return cells
    }

    private static func hasProbes(_ run: Wire.Run) -> Bool {
        run.jobs.contains { $0.jobSubmissions.last?.probes.isEmpty == false }
    }

    private static func probes(_ specs: [ProbeSpec], _ submission: JobSubmission) -> StyledText {
        guard submission.status == .running else {
            return ""
        }
        var text: StyledText = ""
        for (spec, probe) in zip(specs, submission.probes) {
            if probe.successStreak >= spec.readyAfter {
                text += StyledText("✓", .code)
            } else if probe.successStreak > 0 {
                text += StyledText("~", .warning)
            } else {
                text += StyledText("×", .error)
            }
        }
        return text
    }
}
