import Glibc

/// What a program's thread does: moves bytes until it has ended.
struct ProgramRun: Sendable {
    struct Result {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var inputFailure: String?
    }

    let pid: pid_t
    /// Readable once it has ended.
    let process: Int32
    /// Readable once it is to be stopped.
    let wake: Int32
    let ends: ProgramPipes
    let input: ShellInput
    let outputBegan: @Sendable () -> Void

    private static let piece = 256 << 10

    func run() -> Result {
        var result = Result()
        var feed = ProgramFeed(input, into: ends.ourInput)
        var output = Drain(ends.ourOutput)
        var errors = Drain(ends.ourErrors)
        var hasPrinted = false
        var killTime: UInt64?
        defer {
            feed.close()
            close(ends.ourOutput)
            close(ends.ourErrors)
            close(process)
        }
        while true {
            var files = [
                pollfd(fd: process, events: Int16(POLLIN), revents: 0),
                pollfd(fd: killTime == nil ? wake : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: feed.file ?? -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.isOpen ? output.file : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.isOpen ? errors.file : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&files, nfds_t(files.count), killTime.map { Self.milliseconds(until: $0) } ?? -1)
            if files[1].revents != 0 { killTime = Ticks.after(.seconds(2)) }
            if let moment = killTime, moment <= Ticks.now() {
                kill(-pid, SIGKILL)
                killTime = .max
            }
            if files[2].revents != 0 { feed.give() }
            output.take(&result.output)
            errors.take(&result.errors)
            if !hasPrinted, !result.output.isEmpty {
                hasPrinted = true
                outputBegan()
            }
            // Its children may hold the pipes for long: what it said itself is there by now.
            if files[0].revents != 0 {
                result.inputFailure = feed.failure
                return result
            }
        }
    }

    private static func milliseconds(until moment: UInt64) -> Int32 {
        let now = Ticks.now()
        return moment <= now ? 0 : Int32(min((moment - now) / 1_000_000 + 1, 3_600_000))
    }
}

/// Reads what a program prints, and keeps the first part of it.
private struct Drain {
    let file: Int32
    var isOpen = true

    init(_ file: Int32) { self.file = file }

    mutating func take(_ kept: inout [UInt8]) {
        while isOpen {
            var failed = false
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                let size = read(file, buffer.baseAddress, buffer.count)
                failed = size < 0
                count = max(0, size)
            }
            if failed { return }
            if bytes.isEmpty { isOpen = false }
            kept += bytes.prefix(Program.most - kept.count)
        }
    }
}

/// Gives a program its input, piece by piece.
private struct ProgramFeed {
    private(set) var file: Int32?
    private(set) var failure: String?
    private var source: Int32?
    private var piece: [UInt8] = []
    private var start = 0
    private var sent = 0
    private let progress: @Sendable (Int) -> Void

    init(_ input: ShellInput, into file: Int32) {
        self.file = file
        switch input {
        case .none: progress = { _ in }
        case .bytes(let bytes):
            piece = bytes
            progress = { _ in }
        case .file(let path, let progress):
            self.progress = progress
            let source = open(path, O_RDONLY | O_CLOEXEC)
            if source < 0 { failure = "\(path) cannot be read: \(Errno(errno).words)" } else { self.source = source }
        }
        if piece.isEmpty, source == nil { close() }
    }

    /// Writes as much as there is room for.
    mutating func give() {
        while let file {
            if start == piece.count, !fill() { return close() }
            let size = piece.withUnsafeBytes { write(file, $0.baseAddress.map { $0 + start }, $0.count - start) }
            if size > 0 {
                start += size
                sent += size
                progress(sent)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                // Nobody reads any more.
                return close()
            }
        }
    }

    private mutating func fill() -> Bool {
        guard let source else { return false }
        var code: Errno?
        piece = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
            let size = read(source, buffer.baseAddress, buffer.count)
            if size < 0 { code = Errno(errno) }
            count = max(0, size)
        }
        start = 0
        if let code { failure = "the file cannot be read: \(code.words)" }
        return !piece.isEmpty
    }

    mutating func close() {
        if let file { Glibc.close(file) }
        if let source { Glibc.close(source) }
        file = nil
        source = nil
    }
}
