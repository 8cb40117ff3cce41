import Glibc

/// Keeps programs that want a port on every address of the machine from getting the one of the runners, where each has an
/// address of its own: a runner could not listen any more. dstack's own client is such a program: attached to a run, it
/// takes the runners' port of its own machine, or the next one that is free.
final class PortHold: Sendable {
    private let descriptor: Int32

    /// Takes the port on one address; nobody is listened to there. Throws where somebody has it on every address.
    init(address: String, port: Int) throws(ShimError) {
        let subject = "\(address):\(port)"
        descriptor = try ShimError.checking("socket", subject) {
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, address, &place.sin_addr)
        let descriptor = descriptor
        _ = try ShimError.checking("bind", subject) {
            withUnsafePointer(to: &place) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { close(descriptor) }
}
