import Synchronization

/// One exchange: the meeting place of libcurl's thread and of the tasks that send and read.
final class CurlTransfer: Sendable {
    private struct Core {
        var machine = CurlTransferMachine()
        var sender: CheckedContinuation<Result<CurlTransferMachine.Head, HTTPError>, Never>?
        var reader: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>?
    }

    let request: HTTPRequest
    private let engine: CurlEngine
    private let core = Mutex(Core())

    init(request: HTTPRequest, engine: CurlEngine) {
        self.request = request
        self.engine = engine
    }

    /// Starts the exchange and waits for the head.
    func start() async throws(HTTPError) -> CurlTransferMachine.Head {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = core.withLock { core in
                    if case .ended = core.machine.phase {
                        return true  // Cancelled before it began.
                    }
                    core.sender = continuation
                    return false
                }
                if isCancelled {
                    continuation.resume(returning: .failure(HTTPError(.cancelled)))
                } else {
                    engine.post(.start(self))
                }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Waits for the next piece of the body.
    func next() async throws(HTTPError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                perform { core in
                    core.reader = continuation
                    return core.machine.pull()
                }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Ends the exchange; harmless once it has ended.
    func cancel() {
        perform { $0.machine.cancel() }
    }

    // MARK: From libcurl's thread

    func headArrived(_ head: CurlTransferMachine.Head) {
        perform { $0.machine.headArrived(head) }
    }

    /// Whether the piece was taken; if not, libcurl pauses and offers it again.
    func dataArrived(_ piece: [UInt8]) -> Bool {
        var accepted = true
        perform { core in
            let outcome = core.machine.dataArrived(piece)
            accepted = outcome.accepted
            return outcome.actions
        }
        return accepted
    }

    func finished(_ error: HTTPError?) {
        perform { $0.machine.finished(error) }
    }

    /// Feeds one event under the lock, and performs what it asks for outside of it.
    private func perform(_ event: (inout Core) -> [CurlTransferMachine.Action]) {
        var work: [() -> Void] = []
        core.withLock { core in
            for action in event(&core) {
                switch action {
                case .head(let head):
                    let sender = core.sender.take()
                    work.append { sender?.resume(returning: .success(head)) }
                case .failHead(let error):
                    let sender = core.sender.take()
                    work.append { sender?.resume(returning: .failure(error)) }
                case .deliver(let piece):
                    let reader = core.reader.take()
                    work.append { reader?.resume(returning: .success(piece)) }
                case .failReader(let error):
                    let reader = core.reader.take()
                    work.append { reader?.resume(returning: .failure(error)) }
                case .resume:
                    work.append { self.engine.post(.resume(self)) }
                case .abort:
                    work.append { self.engine.post(.abort(self)) }
                }
            }
        }
        for step in work {
            step()
        }
    }
}
