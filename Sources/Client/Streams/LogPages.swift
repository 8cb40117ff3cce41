/// Where a log that is read page by page goes on.
///
/// The last page has no token for what will follow it. It is asked for again, and what was seen of it is left out.
struct LogPages: Equatable {
    /// The token of the page to ask for; `nil` for the first.
    private(set) var token: String?
    /// Bytes at that page's beginning that are not wanted.
    private var seen: Int64

    /// - Parameter offset: the place in the log of the first byte that is wanted.
    init(offset: Int64 = 0) {
        seen = offset
    }

    /// Takes the page that was asked for, and returns what is new in it.
    ///
    /// - Parameter next: the token of the page after it; `nil` where it is the last at present.
    mutating func take(_ bytes: [UInt8], next: String?) -> [UInt8] {
        let count = Int64(bytes.count)
        let new = bytes.dropFirst(Int(min(seen, count)))
        if let next {
            token = next
            seen = max(0, seen - count)
        } else {
            seen = max(seen, count)
        }
        return Array(new)
    }
}
