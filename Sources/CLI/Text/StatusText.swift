import Client
import Wire

/// Statuses in their colours.
enum StatusText {
    /// A run's status: while it is active the run's own words, afterwards those of its last job.
    static func of(_ run: Wire.Run) -> StyledText {
        let text = (run.status.isFinished ? run.latestJobSubmission?.statusMessage : nil) ?? run.statusMessage
        let words = text.isEmpty ? run.status.rawValue : text
        return StyledText(words, style(of: words, colour(of: run.status), isFinished: run.status.isFinished))
    }

    /// A submission's status, with the progress of its image while that is pulled.
    static func of(_ submission: JobSubmission, verbose: Bool) -> StyledText {
        let words = submission.statusMessage.isEmpty ? submission.status.rawValue : submission.statusMessage
        let colour = words == "stopped" ? .grey : colour(of: submission.status)
        var text = StyledText(words, style(of: words, colour, isFinished: submission.status.isFinished))
        if submission.status == .pulling, let progress = submission.imagePullProgress {
            text += StyledText(" " + pulling(progress), .secondary)
        }
        if verbose, let seconds = submission.inactivitySecs, seconds > 0 {
            text += StyledText(" (inactive for \(TimeText.units(seconds)))")
        }
        return text
    }

    /// A status word alone, as the event stream gives it.
    static func of(word: String, kind: Transition.Kind) -> StyledText {
        switch kind {
        case .run:
            let status = RunStatus(rawValue: word)
            return StyledText(word, style(of: word, status.flatMap(colour), isFinished: status?.isFinished ?? false))
        case .job:
            let status = JobStatus(rawValue: word)
            return StyledText(word, style(of: word, status.flatMap(colour), isFinished: status?.isFinished ?? false))
        case .instance, .note:
            return StyledText(word)
        }
    }

    private static func style(of words: String, _ colour: Style.Colour?, isFinished: Bool) -> Style {
        let special: Style.Colour? =
            switch words {
            case "no capacity", "interrupted": .gold
            case "no fleets": .indianRed
            case "pulling": .seaGreen
            default: nil
            }
        return Style(colour: special ?? colour, isBold: !isFinished)
    }

    private static func colour(of status: RunStatus) -> Style.Colour? {
        switch status {
        case .pending: nil
        case .submitted: .grey
        case .provisioning, .terminating: .skyBlue
        case .running: .seaGreen
        case .terminated, .done: .grey
        case .failed: .indianRed
        }
    }

    private static func colour(of status: JobStatus) -> Style.Colour? {
        switch status {
        case .submitted: .grey
        case .provisioning, .terminating: .skyBlue
        case .pulling, .running: .seaGreen
        case .terminated, .done: .grey
        case .aborted: .gold
        case .failed: .indianRed
        }
    }

    /// Bytes that are unpacked, that have come in, and that there are.
    static func pulling(_ progress: ImagePullProgress) -> String {
        let isLarge = progress.totalBytes >= 1 << 30
        func amount(_ bytes: Int) -> String {
            DecimalText.fixed(Double(bytes) / Double(isLarge ? 1 << 30 : 1 << 20), decimals: isLarge ? 2 : 0)
        }
        let sign = progress.isTotalBytesFinal ? "" : "≥"
        return "\(amount(progress.extractedBytes))/\(amount(progress.downloadedBytes))/"
            + "\(sign)\(amount(progress.totalBytes))\(isLarge ? "GB" : "MB")"
    }
}
