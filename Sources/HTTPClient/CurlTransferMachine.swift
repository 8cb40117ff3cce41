/// What one transfer owes its reader and its peer. Pure: the transfer around it performs the actions.
///
/// ```
/// awaitingHead --head--> streaming --finished--> ended
///       \------------ finished / cancel ----------^
/// ```
struct CurlTransferMachine: Equatable {
    /// The final response's status line and header fields.
    struct Head: Equatable {
        var status: Int
        var headers: HTTPHeaders
    }

    enum Phase: Equatable {
        case awaitingHead
        case streaming
        case ended(HTTPError?)
    }

    enum Action: Equatable {
        /// Give the caller of `send` the head.
        case head(Head)
        /// Fail the caller of `send`.
        case failHead(HTTPError)
        /// Give the waiting reader a piece, or the end.
        case deliver([UInt8]?)
        /// Fail the waiting reader.
        case failReader(HTTPError)
        /// Let libcurl go on reading from the peer.
        case resume
        /// Take the transfer off libcurl.
        case abort
    }

    /// Bytes that may lie here before the transfer pauses.
    static let bufferLimitBytes = 1 << 20

    private(set) var phase = Phase.awaitingHead
    private(set) var buffer: [[UInt8]] = []
    private(set) var bufferedBytes = 0
    private(set) var isPaused = false
    private(set) var readerWaits = false

    /// The final response's head is complete.
    mutating func headArrived(_ head: Head) -> [Action] {
        switch phase {
        case .awaitingHead:
            phase = .streaming
            return [.head(head)]
        case .streaming, .ended:
            return []  // Trailer fields, or a head that came after a cancel.
        }
    }

    /// A piece of the body came. `accepted` is false when libcurl must keep it and pause.
    mutating func dataArrived(_ piece: [UInt8]) -> (accepted: Bool, actions: [Action]) {
        switch phase {
        case .awaitingHead, .ended:
            return (true, [])  // Nobody can read it any more.
        case .streaming:
            if readerWaits {
                readerWaits = false
                return (true, [.deliver(piece)])
            }
            if bufferedBytes >= Self.bufferLimitBytes {
                isPaused = true
                return (false, [])
            }
            buffer.append(piece)
            bufferedBytes += piece.count
            return (true, [])
        }
    }

    /// libcurl is done with the transfer.
    mutating func finished(_ error: HTTPError?) -> [Action] {
        switch phase {
        case .awaitingHead:
            let error = error ?? HTTPError(.connectionLost, detail: "no response")
            phase = .ended(error)
            return [.failHead(error)]
        case .streaming:
            phase = .ended(error)
            return readerWaits ? takeEnd(error) : []
        case .ended:
            return []
        }
    }

    /// The reader wants the next piece.
    mutating func pull() -> [Action] {
        if !buffer.isEmpty {
            let piece = buffer.removeFirst()
            bufferedBytes -= piece.count
            guard isPaused, bufferedBytes <= Self.bufferLimitBytes / 2 else {
                return [.deliver(piece)]
            }
            isPaused = false
            return [.deliver(piece), .resume]
        }
        switch phase {
        case .awaitingHead, .streaming:
            readerWaits = true
            return []
        case .ended(let error):
            return takeEnd(error)
        }
    }

    /// The caller or the reader went away.
    mutating func cancel() -> [Action] {
        let error = HTTPError(.cancelled)
        switch phase {
        case .awaitingHead:
            phase = .ended(error)
            return [.failHead(error), .abort]
        case .streaming:
            phase = .ended(error)
            buffer = []
            bufferedBytes = 0
            return (readerWaits ? takeEnd(error) : []) + [.abort]
        case .ended:
            return []
        }
    }

    private mutating func takeEnd(_ error: HTTPError?) -> [Action] {
        readerWaits = false
        return error.map { [.failReader($0)] } ?? [.deliver(nil)]
    }
}
