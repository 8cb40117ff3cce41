import Client

/// What an attachment reacts to, from several connections in one queue. Full, it holds its senders back.
actor AttachQueue {
    enum Event: Sendable {
        case transition(Transition)
        /// Images that are being pulled; none once all are there.
        case pulls([PullBar.Pull])
        case log([UInt8], submission: String)
        case logEnded(submission: String, ClientError?)
        /// The stream of transitions ended before the run did.
        case lost(any Error)
        case interrupted
        /// Connections to a forwarded port fail.
        case port(PortForward.Notice)
    }

    private static let capacity = 16
    private var events: [Event] = []
    private var reader: CheckedContinuation<Event, Never>?
    private var senders: [CheckedContinuation<Void, Never>] = []
    private var isClosed = false

    func send(_ event: Event) async {
        while !isClosed, events.count >= Self.capacity, reader == nil {
            await withCheckedContinuation { senders.append($0) }
        }
        if isClosed {
            return
        }
        if let waiting = reader.take() {
            waiting.resume(returning: event)
        } else {
            events.append(event)
        }
    }

    /// The next event. One reader at a time.
    func next() async -> Event {
        if !events.isEmpty {
            let event = events.removeFirst()
            if !senders.isEmpty {
                senders.removeFirst().resume()
            }
            return event
        }
        return await withCheckedContinuation { reader = $0 }
    }

    /// Lets the senders that wait go; what they send, now and later, is thrown away with the queue.
    func close() {
        isClosed = true
        events = []
        for sender in senders {
            sender.resume()
        }
        senders = []
    }
}
