#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Prompt {
    /// Reads a line that the terminal does not show while it is typed.
    func readHiddenLine(_ interrupts: Interrupts? = nil) -> Answer {
        var shown = termios()
        guard tcgetattr(descriptor, &shown) == 0 else { return readLine(interrupts) }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        // What was typed before the question is no answer to it.
        tcsetattr(descriptor, TCSAFLUSH, &hidden)
        defer { tcsetattr(descriptor, TCSAFLUSH, &shown) }
        return readLine(interrupts)
    }

    /// Everything up to the end of the input, without one newline at its end; nil where it is not UTF-8.
    func readAll() -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer.prefix(count)
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
    }
}
