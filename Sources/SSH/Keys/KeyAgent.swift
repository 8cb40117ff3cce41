import Glibc

/// A key that an agent holds.
struct AgentKey: Sendable, Equatable {
    /// The public half, in SSH's wire format.
    let blob: [UInt8]

    var kind: PrivateKeyKind {
        var reader = SSHReader(blob)
        let name = reader.string().map { String(decoding: $0, as: UTF8.self) } ?? ""
        return PrivateKeyKind(algorithm: PrivateKeyKind.algorithm(named: name), isEncrypted: false)
    }
}

/// Why an agent did not do what was asked, in words.
struct AgentFailure: Error, Equatable {
    let words: String
    /// Whether it did not answer in time.
    var isLate = false
}

/// Talks to an agent, as `ssh-agent` is one. Its calls block until the deadline, so they have threads of their own:
/// libssh2's own client would hold up every session while an agent asks its user.
enum KeyAgent {
    private static let listKeys: UInt8 = 11
    private static let keysAnswer: UInt8 = 12
    private static let sign: UInt8 = 13
    private static let signAnswer: UInt8 = 14
    /// As OpenSSH bounds it.
    private static let longestAnswer: UInt32 = 256 << 10

    static func keys(of path: String, deadline: UInt64) -> Result<[AgentKey], AgentFailure> {
        ask(path, [listKeys], deadline: deadline).flatMap(parseKeys)
    }

    static func parseKeys(_ answer: [UInt8]) -> Result<[AgentKey], AgentFailure> {
        var reader = SSHReader(answer)
        guard reader.byte() == keysAnswer, let count = reader.number(), count <= 2048 else {
            return .failure(AgentFailure(words: "it refuses to list them"))
        }
        var keys: [AgentKey] = []
        for _ in 0..<count {
            guard let blob = reader.string(), reader.string() != nil else {
                return .failure(AgentFailure(words: "its answer cannot be read"))
            }
            keys.append(AgentKey(blob: blob))
        }
        return .success(keys)
    }

    /// The signature without the name of its algorithm, as libssh2 takes it.
    static func signature(
        of data: [UInt8], by key: AgentKey, agent path: String, deadline: UInt64
    ) -> Result<[UInt8], AgentFailure> {
        let request = [sign] + string(key.blob) + string(data) + [0, 0, 0, 0]
        return ask(path, request, deadline: deadline).flatMap { answer in
            var reader = SSHReader(answer)
            guard reader.byte() == signAnswer, let whole = reader.string() else {
                return .failure(AgentFailure(words: "it refuses to sign"))
            }
            var inner = SSHReader(whole)
            guard inner.string() != nil, let signature = inner.string() else {
                return .failure(AgentFailure(words: "its signature cannot be read"))
            }
            return .success(signature)
        }
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt32(bytes.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes
    }

    private static func ask(_ path: String, _ request: [UInt8], deadline: UInt64) -> Result<[UInt8], AgentFailure> {
        let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return .failure(AgentFailure(words: Errno(errno).words)) }
        defer { close(file) }
        let now = Ticks.now()
        let left = deadline > now ? deadline - now : 1_000
        var limit = timeval(tv_sec: Int(left / 1_000_000_000), tv_usec: Int(left % 1_000_000_000 / 1_000) + 1)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(file, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return .failure(AgentFailure(words: "the path is too long"))
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected, send(file, string(request)), let head = receive(file, 4) else {
            let error = Errno(errno)
            return .failure(AgentFailure(words: error.words, isLate: error.code == EAGAIN))
        }
        var reader = SSHReader(head)
        guard let count = reader.number(), count <= longestAnswer else {
            return .failure(AgentFailure(words: "its answer cannot be read"))
        }
        guard let answer = receive(file, Int(count)) else {
            return .failure(AgentFailure(words: "its answer is cut off", isLate: errno == EAGAIN))
        }
        return .success(answer)
    }

    private static func send(_ file: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private static func receive(_ file: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let size = bytes.withUnsafeMutableBytes { recv(file, $0.baseAddress.map { $0 + got }, count - got, 0) }
            if size <= 0 { return nil }
            got += size
        }
        return bytes
    }
}
