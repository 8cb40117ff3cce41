/// Decides how wide a table's columns are.
enum TableLayout {
    /// What a column that wraps keeps at least, where it has that much to begin with.
    private static let narrowest = 6

    static func widths(of table: Table, available: Int?) -> [Int] {
        var widths = table.columns.indices.map { index in
            let cells = table.rows.compactMap { index < $0.cells.count ? $0.cells[index].width : nil }
            let heading = table.hasHeadings ? DisplayWidth.of(table.columns[index].title) : 0
            return max(heading, cells.max() ?? 0)
        }
        guard let available else {
            return widths
        }
        let room = max(available - 2 * widths.count, widths.count)
        shrink(&widths, to: room, among: table.columns.indices.filter { table.columns[$0].wraps }, floor: narrowest)
        shrink(&widths, to: room, among: Array(table.columns.indices), floor: 1)
        return widths
    }

    /// Takes columns away from the widest of `among`, one at a time, until the sum fits or all are at the floor.
    private static func shrink(_ widths: inout [Int], to room: Int, among: [Int], floor: Int) {
        var excess = widths.reduce(0, +) - room
        while excess > 0, let widest = among.max(by: { widths[$0] < widths[$1] }), widths[widest] > floor {
            widths[widest] -= 1
            excess -= 1
        }
    }
}
