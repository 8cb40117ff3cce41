import Store
import Wire

/// When each byte of a log came, as far as its sparse index tells: a byte comes one microsecond after the one
/// before it, from the last record before it on, and always before the next record.
///
/// So no two entries have one time, and whoever asks for what came after the last entry it saw gets the next.
struct LogTimeline: Sendable {
    private let records: [LogIndexRecord]

    init(_ records: [LogIndexRecord]) {
        self.records = records
    }

    /// When the byte at an offset came.
    func time(of offset: Int64) -> Timestamp {
        guard let index = lastIndex(where: { $0.offset <= offset }) else { return Timestamp(microseconds: 0) }
        let record = records[index]
        let time = record.time.microseconds + (offset - record.offset)
        guard index + 1 < records.count else { return Timestamp(microseconds: time) }
        let latest = max(record.time.microseconds, records[index + 1].time.microseconds - 1)
        return Timestamp(microseconds: min(time, latest))
    }

    /// Offset of the first byte that came after a moment.
    func offset(after time: Timestamp) -> Int64 {
        guard let index = lastIndex(where: { $0.time <= time }) else { return 0 }
        let record = records[index]
        let offset = record.offset + (time.microseconds - record.time.microseconds) + 1
        return index + 1 < records.count ? min(offset, records[index + 1].offset) : offset
    }

    /// The last record for which `holds`, which holds for a first part of them.
    private func lastIndex(where holds: (LogIndexRecord) -> Bool) -> Int? {
        var (low, high) = (0, records.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(records[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
