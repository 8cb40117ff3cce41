/// How often a stream's connection is tried again with nothing between, and how long is waited before.
struct Patience: Sendable {
    /// Failures in a row that are borne.
    var attempts = 8
    /// The wait between two looks at a server that only answers and never pushes.
    var look = Duration.seconds(2)
    /// The wait after the n-th failure in a row.
    var delay: @Sendable (_ failures: Int) -> Duration = { .milliseconds(min(100 << min($0, 8), 5000)) }
}
