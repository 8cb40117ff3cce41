/// Puts a response's head together from the lines that libcurl hands over.
struct CurlHeadParser {
    private var status = 0
    private var headers = HTTPHeaders()
    private var isComplete = false

    /// Takes one line with its line end; returns the head at the blank line of a final response.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> CurlTransferMachine.Head? {
        guard !isComplete else {
            return nil  // Trailer fields.
        }
        var line = String(decoding: bytes, as: UTF8.self)
        while let last = line.unicodeScalars.last, last == "\r" || last == "\n" {
            line.unicodeScalars.removeLast()
        }
        if line.hasPrefix("HTTP/") {
            let parts = line.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            headers = HTTPHeaders()
            return nil
        }
        if line.isEmpty {
            guard status >= 200 else {
                return nil  // An interim response; the real one follows.
            }
            isComplete = true
            return CurlTransferMachine.Head(status: status, headers: headers)
        }
        if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.add(String(line[..<colon]), String(value))
        }
        return nil
    }
}
