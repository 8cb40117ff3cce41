#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells networks of machines apart, so that a client can see whether a run listens on its own.
public enum HostNetwork {
    /// The name of this process's network, the same for all processes on it while the machine runs; nil where the
    /// system does not tell.
    public static func current() -> String? {
        var link = [CChar](repeating: 0, count: 128)
        guard readlink("/proc/self/ns/net", &link, link.count - 1) > 0,
            let file = fopen("/proc/sys/kernel/random/boot_id", "re")
        else { return nil }
        defer { fclose(file) }
        var boot = [CChar](repeating: 0, count: 64)
        guard fgets(&boot, Int32(boot.count), file) != nil else { return nil }
        // What the two are is nobody's business: only whether they are the same.
        let name = [boot, link].flatMap { $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) } }
        return SHA1.digest(name).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
