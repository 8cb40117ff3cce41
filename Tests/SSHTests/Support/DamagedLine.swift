import Glibc
import Synchronization

@testable import SSH

/// A way to a port of this machine that damages what comes back once it is told to.
final class DamagedLine: Sendable {
    private let server: LoopbackServer
    private let isDamaged: Flag

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    init(to port: Int) throws {
        let flag = Flag()
        isDamaged = flag
        server = try LoopbackServer { near in
            let far = LoopbackServer.Connection(file: LoopbackServer.connected(to: port))
            near.beside {
                while case let bytes = near.read(), !bytes.isEmpty { far.write(bytes) }
                far.closeWrite()
            } _: {
                while case var bytes = far.read(), !bytes.isEmpty {
                    if flag.value.load(ordering: .relaxed) { bytes[bytes.count - 1] ^= 1 }
                    near.write(bytes)
                }
            }
            close(far.file)
        }
    }

    var port: Int { server.port }

    /// From now on one bit of each piece is another.
    func damage() { isDamaged.value.store(true, ordering: .relaxed) }
}
