import Glibc

/// A connection to a host on the way to another one.
protocol JumpHost: RemoteShell {
    /// `user@host:port`, for errors.
    var name: String { get }

    /// A connection to an SSH server, as this host sees it.
    func way(to hop: SSHHop, deadline: UInt64) async throws(SSHError) -> JumpWay
}

/// A connection by a host on the way.
struct JumpWay {
    /// A connected, non-blocking socket, the caller's to close.
    let socket: Int32
    /// The program that leads there, where one does. It says so, and ends, where it cannot.
    var program: Program?
}

extension JumpHost {
    func notReached(_ hop: SSHHop, _ error: SSHError) -> SSHError {
        SSHError(
            error.code == .channelRefused ? .connectFailed : error.code, host: hop.name,
            detail: "not reached through \(name): \(error.detail)")
    }
}

extension SSHSession: JumpHost {
    func way(to hop: SSHHop, deadline: UInt64) async throws(SSHError) -> JumpWay {
        do throws(SSHError) {
            return JumpWay(socket: try await socket(to: hop.host, port: hop.port, until: deadline))
        } catch {
            throw error.code == .cancelled ? error : notReached(hop, error)
        }
    }
}

/// Where libssh2 cannot use the key of a host on the way, the system's `ssh` leads through it.
extension SystemSSH: JumpHost {
    func way(to hop: SSHHop, deadline: UInt64) async throws(SSHError) -> JumpWay {
        do throws(Errno) {
            return try passage(to: hop)
        } catch {
            throw SSHError.local(error, host: hop.name, "not reached through \(name): `ssh` cannot be started")
        }
    }

    private func passage(to hop: SSHHop) throws(Errno) -> JumpWay {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw Errno(errno) }
        defer { Glibc.close(pair[1]) }
        _ = fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK)
        let host = hop.host.contains(":") ? "[\(hop.host)]" : hop.host
        do throws(Errno) {
            // It ends with the connection, or with the process that it asks.
            let program = try Program.start(
                arguments("-W", "\(host):\(hop.port)", SystemSSHFiles.target), socket: pair[1])
            return JumpWay(socket: pair[0], program: program)
        } catch {
            Glibc.close(pair[0])
            throw error
        }
    }
}

extension JumpHost {
    /// Why a way led to nobody: what its program says, or else what was met.
    func trouble(with way: JumpWay, to hop: SSHHop, _ met: SSHError) async -> SSHError {
        guard met.code == .notSSH || met.code == .connectionLost else { return met }
        if let lost = (self as? SSHSession)?.end.reason { return notReached(hop, lost) }
        guard let program = way.program else { return met }
        // Its end is what closed the connection. Where it goes on all the same it is of no use any more.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await program.endingOrStop() }
            group.addTask { try? await Task.sleep(for: .seconds(1)) }
            await group.next()
            group.cancelAll()
        }
        let said = String(decoding: await program.ending().errors, as: UTF8.self)
        if said.isEmpty { return met }
        return notReached(hop, SystemSSHWords.error(said, host: hop.name, user: hop.user))
    }
}
