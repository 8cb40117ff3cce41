#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard output, with what is known about it. Writes run on a queue of their own and in order.
actor Console {
    private let executor = QueueExecutor(label: "dstack.console")
    private let descriptor: Int32

    /// Whether a person looks at it.
    nonisolated let isTerminal: Bool
    nonisolated let palette: Palette
    private let fixedWidth: Int?
    /// The live lines that stand at the bottom now and are drawn over by the next ones.
    private var liveLineCount = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter descriptor: 1 for standard output, 2 for standard error.
    init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        palette = Palette(isTerminal: isTerminal, environment: environment)
        fixedWidth = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The columns that lines may take; `nil` where nothing limits them.
    nonisolated var width: Int? {
        if let fixedWidth {
            return fixedWidth
        }
        guard isTerminal else {
            return nil
        }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 80
        }
        return Int(size.ws_col)
    }

    /// The lines of the terminal's window; `nil` where there is none.
    nonisolated var height: Int? {
        var size = winsize()
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else {
            return nil
        }
        return Int(size.ws_row)
    }

    /// Prints a line.
    func print(_ text: StyledText = "") {
        eraseLive()
        write(Array((text.rendered(palette) + "\n").utf8))
    }

    func print(lines: [StyledText]) {
        for line in lines { print(line) }
    }

    /// Prints a table in the width that there is.
    func print(_ table: Table) {
        eraseLive()
        let text = table.lines(width: width).map { $0.rendered(palette) + "\n" }.joined()
        write(Array(text.utf8))
    }

    /// Writes text without a line end, as a prompt.
    func prompt(_ text: StyledText) {
        eraseLive()
        write(Array(text.rendered(palette).utf8))
    }

    /// Writes bytes as they are. Only a terminal gets a line end without the carriage return before it: it makes
    /// that itself, and two of them would stand in what a person copies or records.
    func write(raw bytes: [UInt8]) {
        eraseLive()
        write(isTerminal ? LineEnds.withoutCarriageReturns(bytes) : bytes)
    }

    /// Draws lines over the live lines before. Only on a terminal; what does not fit its height is cut.
    func draw(live lines: [StyledText]) {
        guard isTerminal else {
            return
        }
        var shown = lines
        if let height, lines.count >= height {
            shown = Array(lines.prefix(height - 2)) + [StyledText("…", .secondary)]
        }
        var text = erasure
        for line in shown {
            text += "\u{1B}[2K" + line.rendered(palette) + "\n"
        }
        liveLineCount = shown.count
        write(Array(text.utf8))
    }

    /// Removes the live lines.
    func eraseLive() {
        guard liveLineCount > 0 else {
            return
        }
        write(Array(erasure.utf8))
        liveLineCount = 0
    }

    /// Leaves the live lines standing.
    func keepLive() {
        liveLineCount = 0
    }

    /// Shows or hides the cursor.
    func showCursor(_ isShown: Bool) {
        if isTerminal {
            write(Array((isShown ? "\u{1B}[?25h" : "\u{1B}[?25l").utf8))
        }
    }

    private var erasure: String {
        liveLineCount > 0 ? "\u{1B}[\(liveLineCount)A\u{1B}[J" : ""
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { unsafe in
                Glibc.write(descriptor, unsafe.baseAddress, unsafe.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                // Nobody reads any more (`dstack ps | head`): as a program that the pipe's signal ends.
                exit(128 + SIGPIPE)
            }
        }
    }
}
