import Threads

/// Asks the name service on a thread of its own, since that blocks.
enum NameLookup {
    static func addresses(
        of host: String, port: Int, for name: String, deadline: UInt64, on loop: SSHLoop
    ) async throws(SSHError) -> Result<[SocketAddress], NameError> {
        if case .success(let addresses) = SocketAddress.lookUp(host, port: port, numericOnly: true) {
            return .success(addresses)
        }
        let late = SSHError(.timedOut, host: name, detail: "the name service does not answer for \"\(host)\"")
        return try await loop.wait(for: name, until: deadline, late: late) { _, pending in
            let started = PosixThread.start {
                pending.succeed(SocketAddress.lookUp(host, port: port))
            }
            if !started { pending.succeed(.failure(NameError(words: "no thread can be made"))) }
        }
    }
}
