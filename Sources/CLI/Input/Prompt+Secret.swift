#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Prompt {
    /// Has the terminal show what is typed, or not. Before the question: who types ahead is not shown either.
    func setEcho(_ isShown: Bool) {
        var mode = termios()
        guard tcgetattr(descriptor, &mode) == 0 else { return }
        if isShown { mode.c_lflag |= tcflag_t(ECHO) } else { mode.c_lflag &= ~tcflag_t(ECHO) }
        tcsetattr(descriptor, TCSADRAIN, &mode)
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
