import AgentClient

/// A runner's `GET /api/stream`, frame by frame.
actor NIORunnerStream: RunnerStream {
    private let response: AgentResponseStream
    private var parser = RunnerFrameParser()
    private var isOver = false

    init(_ response: AgentResponseStream) {
        self.response = response
    }

    func next() async throws(AgentError) -> RunnerFrame? {
        while !isOver {
            if let frame = try parser.next() {
                if case .end = frame { isOver = true }
                return frame
            }
            let bytes: ByteBuffer?
            do {
                bytes = try await response.next()
            } catch {
                // (1) `next` waits, (2) `close` ends the response, (3) the wait fails: that is a regular end.
                if isOver { return nil }
                throw AgentError(error)
            }
            guard let bytes else {
                if isOver { return nil }
                throw .unreachable("the runner's stream ended without its end frame")
            }
            parser.take(bytes)
        }
        return nil
    }

    func close() {
        isOver = true
        response.cancel()
    }
}

extension AgentError {
    /// What a failed exchange means to the engine.
    init(_ error: any Error) {
        switch error {
        case let error as AgentError: self = error
        case is CancellationError: self = .cancelled
        case let error as AgentHTTPError:
            switch error.code {
            case .connectFailed, .connectionClosed: self = .unreachable(error.description)
            case .deadlineExceeded: self = .timedOut(error.description)
            case .responseTooLarge, .malformedResponse: self = .malformed(error.description)
            case .clientClosed: self = .cancelled
            }
        default: self = .unreachable("\(error)")
        }
    }
}
