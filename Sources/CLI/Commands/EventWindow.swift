import Wire

/// Which events were shown, so that each is shown once, also one that comes late.
///
/// dstack's own server may store an event after others that it recorded later. Where it has to be asked, it is asked
/// again for the last seconds, and what is known is left out.
struct EventWindow: Equatable {
    /// How late an event may come.
    static let tolerance = Duration.seconds(20)

    /// From when on events are shown; nil for all.
    private let since: Timestamp?
    private var newest: Event?
    /// What was shown of the time that is asked for again.
    private(set) var known: [String: Timestamp] = [:]
    /// How many may be known before those that are not asked for again are forgotten.
    private var limit = 256

    init(since: Timestamp? = nil) {
        self.since = since
    }

    /// Whether the event was not shown yet; from now on it counts as shown.
    mutating func isNew(_ event: Event) -> Bool {
        guard known.updateValue(event.recordedAt, forKey: event.id) == nil else {
            return false
        }
        if newest.map({ $0.recordedAt <= event.recordedAt }) ?? true {
            newest = event
        }
        if known.count > limit, let start = start(isPushed: false)?.time {
            known = known.filter { $0.value >= start }
            limit = max(limit, 2 * known.count)
        }
        return true
    }

    /// Where to ask from.
    ///
    /// - Parameter isPushed: whether the server tells each event when it is stored, so that none comes late.
    func start(isPushed: Bool) -> (time: Timestamp, id: String?)? {
        guard let newest else { return since.map { ($0, nil) } }
        if isPushed { return (newest.recordedAt, newest.id) }
        let start = newest.recordedAt.advanced(by: .zero - Self.tolerance)
        return (since.map { max($0, start) } ?? start, nil)
    }
}
