/// How rough a simulated world is, drawn by its seed.
public struct FaultPlan: Sendable, Equatable {
    /// Of 10,000 writes, how many fail before, and how many after they were made; and how many of 10,000 reads fail.
    public var storeFaults = 0
    /// Of 1,000 requests to an agent, how many are lost on the way there.
    public var lostRequests = 0
    /// Of 1,000 requests, how many take effect while their answer is lost.
    public var lostAnswers = 0
    /// Of 1,000 requests, how many take effect twice, the second time late.
    public var doubledRequests = 0
    /// Of 1,000 pieces of a stream, how many break it.
    public var brokenStreams = 0
    /// Slowest answer of an agent, in milliseconds.
    public var slowest = 20
    /// Actors killed in mid-run.
    public var kills = 0
    /// Crashes of the whole server.
    public var crashes = 0
    /// Restarts of a shim, whose tasks live on.
    public var shimRestarts = 0
    /// Restarts of a host, whose tasks die.
    public var hostRestarts = 0
    /// Runners that die in the middle of their job.
    public var runnerDeaths = 0
    /// Times that the server's disk is full for a while: a few checkpoints are made from a reserve, then none; no log grows.
    public var fullDisks = 0
    /// Jumps of the server's wall clock.
    public var clockJumps = 0
    /// Jobs of which it is found that they leave their GPUs idle.
    public var unusedGPUs = 0
    /// Of 100 images, how many a Docker Engine does not find.
    public var refusedImages = 0
    /// Of 100 containers, how many a Docker Engine cannot start.
    public var refusedContainers = 0
    /// Restarts of a Docker Engine, with or without the end of its containers.
    public var engineRestarts = 0

    /// Lines to hosts that are cut for a while.
    public var cuts = 0

    /// Whether an actor that wants a slot stands in the queue within moments, and a grant is written within moments:
    /// none is killed or waits for the store to work again.
    var isPlacementPrompt: Bool { kills == 0 && storeFaults == 0 && clockJumps == 0 && fullDisks == 0 }

    /// A quiet world.
    public init() {}

    /// The plan of a seed: about one in eight worlds is quiet, the others are rough in some ways each.
    init(_ random: inout SeededRandom) {
        if random.chance(1, in: 8) { return }
        func draw(_ part: Int, _ range: ClosedRange<Int>) -> Int {
            random.chance(part, in: 10) ? Int.random(in: range, using: &random) : 0
        }
        storeFaults = draw(4, 1...300)
        lostRequests = draw(4, 1...150)
        lostAnswers = draw(4, 1...150)
        doubledRequests = draw(4, 1...150)
        brokenStreams = draw(4, 1...150)
        slowest = random.chance(1, in: 3) ? Int.random(in: 20...3000, using: &random) : 20
        kills = draw(5, 1...6)
        crashes = draw(4, 1...3)
        shimRestarts = draw(3, 1...3)
        hostRestarts = draw(1, 1...2)
        runnerDeaths = draw(2, 1...2)
        fullDisks = draw(3, 1...3)
        clockJumps = draw(1, 1...3)
        unusedGPUs = draw(2, 1...2)
        refusedImages = draw(5, 1...20)
        refusedContainers = draw(5, 1...20)
        engineRestarts = draw(4, 1...4)
        cuts = draw(3, 1...3)
    }
}
