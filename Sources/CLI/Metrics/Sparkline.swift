/// A series as a line of bars, the newest at the right.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// - Parameters:
    ///   - percents: 0 to 100, the oldest first; what is more counts as 100.
    ///   - width: cells at most. Where there are more values, each cell shows the highest of its share.
    static func draw(_ percents: [Double], width: Int) -> String {
        guard width > 0, !percents.isEmpty else { return "" }
        let cells = min(width, percents.count)
        return String(
            (0..<cells).map { cell in
                let range = cell * percents.count / cells..<(cell + 1) * percents.count / cells
                let highest = percents[range].max() ?? 0
                return bars[min(bars.count - 1, max(0, Int(highest / 100 * Double(bars.count))))]
            })
    }
}
