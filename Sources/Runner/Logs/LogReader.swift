/// Finds its way in one log's index, within the bounds of one look. Blocks on files.
struct LogReader: Sendable {
    let files: LogFiles
    let bounds: Journal.LogBounds

    /// The record that covers `offset`, which lies below the bounds' size, and where its bytes end.
    func record(at offset: Int64) throws(SystemError) -> (record: LogRecord, end: Int64) {
        if let last = bounds.last, offset >= last.offset { return (last, bounds.size) }
        let number = try firstRecord { $0.offset > offset } - 1
        return (try files.record(number), try end(of: number))
    }

    /// Where the bytes of a record end.
    func end(of number: Int) throws(SystemError) -> Int64 {
        number + 1 < bounds.records ? try files.record(number + 1).offset : bounds.size
    }

    /// Number of the first record for which `isPast` holds; it must hold for all records after one. The count of
    /// records where there is none.
    func firstRecord(where isPast: (LogRecord) -> Bool) throws(SystemError) -> Int {
        var low = 0
        var high = bounds.records
        while low < high {
            let middle = (low + high) / 2
            if isPast(try files.record(middle)) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
