import Logging
import ServiceLifecycle
import Store
import Synchronization
import Wire

/// What happened to runs since the server's start, for Prometheus: how long they waited for a machine, and how often one
/// had to wait for another try.
final class RunTimings: Sendable {
    /// What the series are told apart by.
    struct Labels: Sendable, Hashable, Comparable {
        var project: String
        var runType: String

        static func < (left: Labels, right: Labels) -> Bool {
            (left.project, left.runType) < (right.project, right.runType)
        }
    }

    /// The buckets of dstack's histogram, in seconds; behind the last one is infinity.
    static let bounds = [15, 30, 45, 60, 90, 120, 180, 240, 300, 360, 420, 480, 540, 600, 900, 1200, 1800]

    struct Histogram: Sendable, Equatable {
        /// How many were at most as long as each bound.
        var counts = [Int](repeating: 0, count: RunTimings.bounds.count)
        var count = 0
        var sum = 0.0
    }

    struct Numbers: Sendable, Equatable {
        var waits: [Labels: Histogram] = [:]
        var pending: [Labels: Int] = [:]
    }

    private let state = Mutex(Numbers())

    var numbers: Numbers { state.withLock { $0 } }

    func provisioned(_ labels: Labels, after seconds: Double) {
        state.withLock { numbers in
            var histogram = numbers.waits[labels] ?? Histogram()
            for (index, bound) in Self.bounds.enumerated() where seconds <= Double(bound) {
                histogram.counts[index] += 1
            }
            histogram.count += 1
            histogram.sum += seconds
            numbers.waits[labels] = histogram
        }
    }

    func pended(_ labels: Labels) { state.withLock { $0.pending[labels, default: 0] += 1 } }
}

/// Fills `RunTimings` from the events of runs as they happen.
struct RunTimingService: Service {
    let store: SQLiteStore
    let timings: RunTimings
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for await event in store.feed.subscribe() { await take(event.draft) }
                // The feed let go of a reader that was too slow: what it missed is not in the numbers.
                if !Task.isCancelled { logger.warning("run timings for Prometheus missed events: too many at once") }
            }
        }
    }

    private func take(_ event: EventDraft) async {
        guard event.kind == .run, let id = event.runID else { return }
        let isProvisioned = event.from == "submitted" && event.to == "provisioning"
        guard isProvisioned || event.to == "pending" else { return }
        do {
            guard let run = try await store.run(id: id), let project = try await store.project(id: run.projectID)
            else { return }
            let labels = RunTimings.Labels(
                project: project.name, runType: try RunSpec(json: run.spec).configuration.type)
            if isProvisioned {
                timings.provisioned(labels, after: event.recordedAt.since(run.submittedAt).inSeconds)
            } else {
                timings.pended(labels)
            }
        } catch {
            logger.warning("a run is missing in the numbers for Prometheus", metadata: ["error": "\(error)"])
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
