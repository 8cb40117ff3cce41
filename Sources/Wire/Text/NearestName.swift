/// Finds the name that a mistyped one was most likely meant to be.
public enum NearestName {
    /// The nearest of the known names; nil where none is near enough to be a likely slip.
    public static func find(_ name: String, among known: [String]) -> String? {
        let typed = Array(name.lowercased().replacing("-", with: "_").utf8)
        let limit = Swift.max(1, typed.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(typed, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The Damerau-Levenshtein distance (optimal string alignment): insertions, deletions,
    /// substitutions and swaps of neighbours.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return left.count + right.count }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in 1...left.count {
            var row = [i]
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                var value = Swift.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    value = Swift.min(value, beforePrevious[j - 2] + 1)
                }
                row.append(value)
            }
            beforePrevious = previous
            previous = row
        }
        return previous[right.count]
    }
}
