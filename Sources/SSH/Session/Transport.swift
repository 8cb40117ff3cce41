import CLibSSH2
import Glibc

/// The socket of a session, as libssh2's callbacks see it.
///
/// libssh2 forbids everything but the repeated call while a packet is half sent, and forgets in places that it is. So it
/// never learns of one: what the socket does not take at once is kept here. Nobody may hand libssh2 more data while
/// something is kept, so little ever is.
final class Transport {
    let file: Int32
    /// What the socket has not taken yet.
    private var backlog: [UInt8] = []
    private var backlogStart = 0
    /// Whether the last receive got all it asked for, or something has come since.
    var isReadable = true
    var isWritable = true
    /// The peer sends no more: what is left has to be read to its end without another notice.
    var isAtEnd = false
    /// When the last byte came.
    private(set) var received = Ticks.now()
    /// The peer closed the connection, or the system says why it is gone. What came before is still in libssh2.
    private(set) var ended: Errno?
    /// What the peer said when it ended the session by SSH's own message. libssh2 reads nothing after it.
    private(set) var farewell: String?
    /// The first bytes that came, for as long as they may tell why a login does not come about.
    private var firstBytes: [UInt8] = []
    private var keepsBeginning = true
    private static let beginningLimit = 80

    /// From now on libssh2 is told that the connection is gone.
    var isDead = false

    /// By the session's numbers: channels whose command has told its exit status.
    private var statuses: Set<UInt32> = []
    /// What libssh2 gives to the functions below.
    private let context = UnsafeMutablePointer<dstack_ssh_context>.allocate(capacity: 1)

    init(file: Int32) {
        self.file = file
        context.initialize(
            to: dstack_ssh_context(owner: Unmanaged.passUnretained(self).toOpaque()) { owner, channel in
                guard let owner else { return }
                Unmanaged<Transport>.fromOpaque(owner).takeUnretainedValue().statuses.insert(channel)
            })
    }

    deinit {
        context.deallocate()
    }

    /// Whether the exit status of a channel's command has come; asked once.
    func takeStatus(of channel: UInt32) -> Bool { statuses.remove(channel) != nil }

    var hasBacklog: Bool { backlogStart < backlog.count }

    /// Sends what is kept, as far as the socket takes it.
    func flush() {
        while hasBacklog, isWritable, ended == nil {
            let sent = backlog.withUnsafeBytes { bytes in
                send(file, bytes.baseAddress.map { $0 + backlogStart }, bytes.count - backlogStart, Int32(MSG_NOSIGNAL))
            }
            if sent > 0 {
                backlogStart += sent
            } else if !blocked() {
                return
            }
        }
        if !hasBacklog, !backlog.isEmpty {
            backlog = []
            backlogStart = 0
        }
    }

    /// After a failed send: whether it may be tried again at once. Notes that the socket is full, or gone.
    private func blocked() -> Bool {
        let code = errno
        switch code {
        case EINTR: return true
        case EAGAIN: isWritable = false
        default: ended = Errno(code)
        }
        return false
    }

    fileprivate func accept(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        if isDead { return Int(-EPIPE) }
        // Nobody is there any more. An error would keep libssh2 from handing over what came before the end.
        if ended != nil { return count }
        var sent = 0
        while sent < count, !hasBacklog, isWritable {
            let taken = send(file, bytes + sent, count - sent, Int32(MSG_NOSIGNAL))
            if taken > 0 {
                sent += taken
            } else if !blocked() {
                break
            }
        }
        if sent < count {
            backlog.append(contentsOf: UnsafeRawBufferPointer(start: bytes + sent, count: count - sent))
        }
        return count
    }

    fileprivate func receive(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        if isDead { return 0 }
        // The end is told to the channels first, each after the last of its data: libssh2 would drop those.
        if ended != nil || !isReadable { return Int(-EAGAIN) }
        while true {
            let got = recv(file, buffer, count, 0)
            if got > 0 {
                received = Ticks.now()
                if keepsBeginning { keepBeginning(UnsafeRawBufferPointer(start: buffer, count: got)) }
                if got < count, !isAtEnd { isReadable = false }
                return got
            }
            let code = errno
            if got == 0 {
                ended = Errno(0)
            } else if code == EINTR {
                continue
            } else if code != EAGAIN {
                ended = Errno(code)
            }
            isReadable = false
            return Int(-EAGAIN)
        }
    }

    // MARK: The greeting

    /// What the peer said first, as far as it can be shown; nil where it said nothing.
    var beginning: String? {
        firstBytes.isEmpty ? nil : String(decoding: firstBytes.filter { $0 >= 32 && $0 != 127 }, as: UTF8.self)
    }

    private func keepBeginning(_ bytes: UnsafeRawBufferPointer) {
        firstBytes += bytes.prefix(Self.beginningLimit - firstBytes.count)
        if firstBytes.count == Self.beginningLimit { keepsBeginning = false }
    }

    func forgetBeginning() {
        keepsBeginning = false
        firstBytes = []
    }

    // MARK: For libssh2

    /// A session that uses this, which must outlive it; nil where there is no memory.
    func makeSession() -> OpaquePointer? {
        guard let session = dstack_ssh_session(context) else { return nil }
        serve(session)
        return session
    }

    private func serve(_ session: OpaquePointer) {
        dstack_ssh_set_transport(
            session,
            { _, bytes, count, _, abstract in
                guard let bytes, let transport = Transport.of(abstract) else { return Int(-EPIPE) }
                return transport.accept(bytes, count)
            },
            { _, buffer, count, _, abstract in
                guard let buffer, let transport = Transport.of(abstract) else { return Int(-EPIPE) }
                return transport.receive(buffer, count)
            })
        dstack_ssh_set_farewell(session) { _, reason, message, length, _, _, abstract in
            guard let transport = Transport.of(abstract) else { return }
            let bytes = message.map { UnsafeRawBufferPointer(start: $0, count: max(0, Int(length))) }
            let words = bytes.map { String(decoding: $0.prefix(200).filter { $0 >= 32 }, as: UTF8.self) } ?? ""
            transport.farewell = words.isEmpty ? "reason \(reason)" : words
        }
    }

    private static func of(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Transport? {
        guard let context = abstract?.pointee?.assumingMemoryBound(to: dstack_ssh_context.self),
            let owner = context.pointee.owner
        else { return nil }
        return Unmanaged<Transport>.fromOpaque(owner).takeUnretainedValue()
    }
}
