import Wire

/// The last lines of an attached `dstack apply`: how the run ended, with what exit status, and why.
enum FinalMessage {
    static func lines(_ run: Wire.Run) -> [StyledText] {
        let name = run.runSpec.runName ?? run.id
        let job = run.latestJobSubmission
        let style: Style = run.status == .done ? .code : .error
        var line: StyledText = "Run \(name, .code) \(StyledText(run.status.rawValue, style))"
        // A run that was stopped between two rounds of its jobs: how the last round ended is not how the run did.
        if let reason = run.terminationReason, reason.status == .terminated, job?.terminationReason != reason.jobReason
        {
            line += StyledText(": " + reason.rawValue)
            return [line]
        }
        let facts = [exitStatus(job), reason(run, job)].compactMap(\.self)
        if !facts.isEmpty {
            line += StyledText(": " + facts.joined(separator: ", "))
        }
        var lines = [line]
        guard run.status != .done else {
            return lines
        }
        if let message = job?.terminationReasonMessage, !message.isEmpty {
            lines.append(StyledText(message, .error))
        }
        // A run that never started has said nothing to look at.
        if let reason = job?.terminationReason, reason != .failedToStartDueToNoCapacity {
            lines.append("Check \("dstack logs -d \(name)", .code) for more details.")
        }
        return lines
    }

    private static func exitStatus(_ job: JobSubmission?) -> String? {
        job?.exitStatus.map { "exit status \($0)" }
    }

    private static func reason(_ run: Wire.Run, _ job: JobSubmission?) -> String? {
        job?.terminationReason?.rawValue ?? run.terminationReason?.rawValue
    }
}
