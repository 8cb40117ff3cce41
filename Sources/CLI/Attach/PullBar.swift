import Wire

/// How far the images of a run are, as lines that are drawn over each other.
enum PullBar {
    /// Cells of a bar.
    private static let width = 24

    /// An image that is being pulled.
    struct Pull: Equatable, Sendable {
        /// `nil` where the run has one job only.
        var jobName: String?
        var progress: ImagePullProgress
    }

    /// Whether a job of the run waits for its image, told or not yet told how far that is.
    static func isOwed(to run: Wire.Run) -> Bool {
        run.jobs.contains { $0.jobSubmissions.last?.status == .pulling }
    }

    /// The images that a run's jobs wait for, of which the host has told something.
    static func pulls(of run: Wire.Run) -> [Pull] {
        run.jobs.compactMap { job in
            guard let submission = job.jobSubmissions.last, submission.status == .pulling,
                let progress = submission.imagePullProgress, progress.totalBytes > 0
            else {
                return nil
            }
            return Pull(jobName: run.jobs.count > 1 ? job.jobSpec.jobName : nil, progress: progress)
        }
    }

    /// The line of one image: a bar, and what has come in and is unpacked.
    static func line(_ pull: Pull) -> StyledText {
        let progress = pull.progress
        // What has come in is half of the work: it is unpacked after that.
        let done = Double(progress.downloadedBytes + progress.extractedBytes)
        let share = min(1, max(0, done / Double(2 * max(1, progress.totalBytes))))
        let full = Int(share * Double(width))
        var line: StyledText = "          "
        if let name = pull.jobName {
            line += "\(name, .bold)  "
        }
        line += StyledText(String(repeating: "━", count: full), .code)
        line += StyledText(String(repeating: "─", count: width - full), .secondary)
        line += StyledText(
            " \(Int(share * 100)) %  \(StatusText.pulling(progress)) unpacked/in/all", .secondary)
        return line
    }
}
