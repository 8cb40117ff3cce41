import Wire

extension GPUSpec {
    /// How many GPUs a job is given that has no blocks of a host; nil for all that there are.
    ///
    /// Who has a host alone has all of its GPUs, as dstack gives them, however few it asked for: they are what it pays for
    /// and what it is told of. On a machine that jobs share without blocks each has as many as it asked for.
    public static func granted(_ asked: GPUSpec?, hasHostAlone: Bool) -> Int? {
        guard let asked else { return nil }
        if asked.count.max == 0 { return 0 }
        guard !hasHostAlone, let least = asked.count.min, least > 0 else { return nil }
        return least
    }
}
