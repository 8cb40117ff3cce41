/// A table without lines, as dstack prints them: bold headings, one blank on each side of a cell.
///
/// Where the terminal is too narrow, the columns that may wrap give way first, the widest most;
/// then the others are cut, and `…` shows it.
struct Table: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        var title: String
        var style = Style.plain
        /// Whether cells may go on in a second line; else they are cut.
        var wraps = true
        var isCentred = false
        /// Whether cells say how old something is: they change by themselves, which is no news.
        var isAge = false
    }

    struct Row: Equatable, Sendable {
        var cells: [StyledText]
        var style = Style.plain
    }

    var columns: [Column]
    var rows: [Row] = []
    var hasHeadings = true

    /// Adds a row from cells by their column's title; what is missing stays empty, what has no column is left out.
    mutating func add(_ cells: [String: StyledText], style: Style = .plain) {
        rows.append(Row(cells: columns.map { cells[$0.title] ?? "" }, style: style))
    }

    mutating func add(_ cells: StyledText..., style: Style = .plain) {
        rows.append(Row(cells: cells, style: style))
    }

    /// The lines of the table, no wider than `width` columns; `nil` gives each cell the room that it wants.
    func lines(width: Int?) -> [StyledText] {
        lines(width: width, hasHeadings: hasHeadings) { _ in true }
    }

    /// The lines, as wide as in the whole table, of the rows that are new since `other`; its headings are there.
    func news(since other: Table, width: Int?) -> [StyledText] {
        let known = Set(other.rows.map(other.facts))
        return lines(width: width, hasHeadings: false) { !known.contains(facts(of: $0)) }
    }

    private func lines(width: Int?, hasHeadings: Bool, _ isShown: (Row) -> Bool) -> [StyledText] {
        let widths = TableLayout.widths(of: self, available: width)
        var lines: [StyledText] = []
        if hasHeadings {
            lines += render(columns.map { StyledText($0.title, .bold) }, .plain, widths, isHeading: true)
        }
        for row in rows where isShown(row) {
            lines += render(row.cells, row.style, widths, isHeading: false)
        }
        return lines
    }

    /// What a row says, but for ages.
    private func facts(of row: Row) -> [String] {
        zip(columns, row.cells).filter { !$0.0.isAge }.map(\.1.plain)
    }

    private func render(_ cells: [StyledText], _ style: Style, _ widths: [Int], isHeading: Bool) -> [StyledText] {
        let parts: [[StyledText]] = columns.indices.map { index in
            let column = columns[index]
            guard index < cells.count, widths[index] > 0 else {
                return [""]
            }
            let cell = isHeading ? cells[index] : cells[index].styled(style).styled(column.style)
            return column.wraps
                ? TextWrapping.wrap(cell, width: widths[index]) : [TextWrapping.cut(cell, width: widths[index])]
        }
        let height = parts.map(\.count).max() ?? 0
        return (0..<height).map { line in
            var text: StyledText = ""
            var owed = 0  // Blanks are written only before text, so no line ends in them.
            for (index, part) in parts.enumerated() {
                let cell = line < part.count ? part[line] : ""
                let free = widths[index] - cell.width
                let before = columns[index].isCentred ? free / 2 : 0
                owed += 1 + before
                if !cell.isEmpty {
                    text += StyledText(String(repeating: " ", count: owed)) + cell
                    owed = 0
                }
                owed += free - before + 1
            }
            return text
        }
    }
}
