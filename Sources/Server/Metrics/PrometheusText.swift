/// Samples in Prometheus' text format, each family under its heading.
struct PrometheusText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        var name: String
        var kind: Kind
        var help: String
        var lines: [String] = []
    }

    private var families: [Family] = []

    /// Begins a family; without samples it is left out.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        families.append(Family(name: name, kind: kind, help: help))
    }

    /// A sample of the family that was begun under this name.
    ///
    /// - Parameter suffix: what a histogram's series are called behind its name.
    mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double, suffix: String = "") {
        guard let index = families.firstIndex(where: { $0.name == name }) else { return }
        let text = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        families[index].lines.append("\(name)\(suffix)\(text.isEmpty ? "" : "{\(text)}") \(value)")
    }

    var text: String {
        families.filter { !$0.lines.isEmpty }.map { family in
            "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
                + family.lines.map { $0 + "\n" }.joined()
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }
}
