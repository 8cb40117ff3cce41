import Glibc

/// What `/proc/PID/stat` says about a process.
struct ProcessStat: Equatable {
    let state: UInt8
    let parent: pid_t
    /// Clock ticks of the processor, of the process and of those children that it has waited for.
    let cpuTicks: UInt64
    /// Resident memory in pages.
    let residentPages: UInt64

    /// Reads it; nil where the process is gone.
    init?(_ process: pid_t) {
        let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = 1024
        let text = withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer -> [UInt8]? in
            let count = read(descriptor, buffer.baseAddress, size)
            return count > 0 ? Array(buffer[..<count]) : nil
        }
        guard let text else { return nil }
        self.init(text: text)
    }

    /// Reads the file's text.
    init?(text: [UInt8]) {
        // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 21, let state = fields[0].first else { return nil }
        func number(_ index: Int) -> UInt64 { UInt64(String(decoding: fields[index], as: UTF8.self)) ?? 0 }
        self.state = state
        parent = pid_t(number(1))
        cpuTicks = number(11) + number(12) + number(13) + number(14)
        residentPages = number(21)
    }
}
