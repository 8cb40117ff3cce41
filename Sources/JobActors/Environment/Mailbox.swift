import DequeModule

/// A bounded first-in-first-out queue with one reader, for use inside an actor.
///
/// The owner actor isolates it: `put` and `next` are called on that actor only.
struct Mailbox<Letter: Sendable> {
    /// More than this means that the reader is stuck or its peers run wild; the actor then ends and is
    /// rehydrated from its row.
    static var limit: Int { 4096 }

    private var letters = Deque<Letter>()
    private var reader: CheckedContinuation<Letter?, Never>?
    private(set) var isClosed = false

    var count: Int { letters.count }

    /// Adds a letter, waking the reader; false where the mailbox is closed.
    @discardableResult
    mutating func put(_ letter: Letter) -> Bool {
        if isClosed { return false }
        if let reader {
            self.reader = nil
            reader.resume(returning: letter)
        } else if letters.count < Self.limit {
            letters.append(letter)
        } else {
            close()
        }
        return !isClosed
    }

    /// Takes the next letter without waiting.
    mutating func take() -> Letter? { letters.popFirst() }

    /// Parks the reader until a letter comes or the mailbox closes. One reader at a time.
    mutating func park(_ continuation: CheckedContinuation<Letter?, Never>) {
        if let letter = letters.popFirst() {
            continuation.resume(returning: letter)
        } else if isClosed {
            continuation.resume(returning: nil)
        } else {
            reader = continuation
        }
    }

    /// Takes no more letters; the reader gets what is there, then nil.
    mutating func close() {
        isClosed = true
        reader?.resume(returning: nil)
        reader = nil
    }
}
