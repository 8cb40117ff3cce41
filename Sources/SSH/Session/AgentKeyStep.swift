import CLibSSH2
import Glibc
import Threads

/// Proves to be a user by a key that an agent holds.
///
/// libssh2 asks for the signature in the middle of its work and is told to come again; meanwhile a thread asks the agent.
final class AgentKeyStep: LoginStep {
    private enum Signing {
        case notAsked
        case wanted([UInt8])
        case underWay
        case done([UInt8])
        case failed
    }

    private let key: AgentKey
    private let agent: String
    private let deadline: UInt64
    private let pending: Pending<KeyVerdict>
    private var signing = Signing.notAsked

    init(_ key: AgentKey, agent: String, deadline: UInt64, pending: Pending<KeyVerdict>) {
        self.key = key
        self.agent = agent
        self.deadline = deadline
        self.pending = pending
    }

    func fail(_ error: SSHError) {
        pending.fail(error)
    }

    func advance(_ session: SessionCore, in core: LoopCore) -> Bool {
        var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(self).toOpaque()
        let code = libssh2_userauth_publickey(
            session.session, session.user, key.blob, key.blob.count,
            { _, signature, length, data, count, abstract in
                guard let signature, let length, let data, let context = abstract?.pointee else { return -1 }
                let step = Unmanaged<AgentKeyStep>.fromOpaque(context).takeUnretainedValue()
                return step.sign(UnsafeRawBufferPointer(start: data, count: count), signature, length)
            }, &context)
        if case .wanted(let data) = signing { ask(data, session.number, core) }
        return finish(code, session, pending)
    }

    /// libssh2 frees the signature.
    private func sign(
        _ data: UnsafeRawBufferPointer, _ signature: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
        _ length: UnsafeMutablePointer<Int>
    ) -> Int32 {
        switch signing {
        case .notAsked:
            signing = .wanted(Array(data))
            return LIBSSH2_ERROR_EAGAIN
        case .wanted, .underWay: return LIBSSH2_ERROR_EAGAIN
        case .failed: return -1
        case .done(let bytes):
            guard let copy = malloc(bytes.count) else { return -1 }
            copy.copyMemory(from: bytes, byteCount: bytes.count)
            signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
            length.pointee = bytes.count
            return 0
        }
    }

    private func ask(_ data: [UInt8], _ number: UInt, _ core: LoopCore) {
        signing = .underWay
        let started = PosixThread.start { [key, agent, deadline, loop = core.loop] in
            let answer = KeyAgent.signature(of: data, by: key, agent: agent, deadline: deadline)
            loop.post { core in
                guard let session = core.sessions[number], let step = session.step as? AgentKeyStep, step.key == key
                else { return }
                step.take(answer)
                core.enqueue(session)
            }
        }
        if !started { signing = .failed }
    }

    private func take(_ answer: Result<[UInt8], AgentFailure>) {
        switch answer {
        case .success(let bytes): signing = .done(bytes)
        case .failure: signing = .failed
        }
    }
}
