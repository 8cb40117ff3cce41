import Wire

/// What a property was and what it becomes, in short words. Values that may be secrets are not shown.
enum ChangedValue {
    /// Longest text of one value, in characters.
    private static let longest = 60
    private static let durations: Set = [
        "max_duration", "stop_duration", "idle_duration", "inactivity_duration", "retry.duration",
        "utilization_policy.time_window",
    ]

    /// A line for each part that differs.
    static func lines(_ path: String, _ old: JSONValue, _ new: JSONValue) -> [String] {
        if path == "registry_auth" {
            return [path]
        }
        guard case .object(let before) = old, case .object(let after) = new else {
            return ["\(path): \(text(old, at: path)) → \(text(new, at: path))"]
        }
        if path == "env" {
            return [names(before, after)]
        }
        var parts = after.map(\.name)
        parts += before.map(\.name).filter { !parts.contains($0) }
        return parts.flatMap { name -> [String] in
            let (value, next) = (old[name] ?? .null, new[name] ?? .null)
            return value == next ? [] : lines("\(path).\(name)", value, next)
        }
    }

    /// Variables by name alone.
    private static func names(_ before: [JSONValue.Member], _ after: [JSONValue.Member]) -> String {
        func value(_ name: String, _ members: [JSONValue.Member]) -> JSONValue? {
            members.first { $0.name == name }?.value
        }
        let added = after.map(\.name).filter { value($0, before) == nil }
        let removed = before.map(\.name).filter { value($0, after) == nil }
        let changed = after.map(\.name).filter { name in
            value(name, before).map { $0 != value(name, after) } ?? false
        }
        let parts = [("added", added), ("removed", removed), ("changed", changed)].filter { !$0.1.isEmpty }
        // The same variables in another order are another mapping to some.
        if parts.isEmpty {
            return "env: the order"
        }
        return "env: " + parts.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }

    /// A value in one line.
    static func text(_ value: JSONValue, at path: String) -> String {
        let text = plain(value, at: path, isWhole: true)
        return text.count > longest ? text.prefix(longest - 1) + "…" : text
    }

    private static func plain(_ value: JSONValue, at path: String, isWhole: Bool) -> String {
        switch value {
        case .integer(let seconds) where durations.contains(path) && seconds >= 0:
            return TimeText.duration(Int(seconds))
        case .null: return "unset"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .number(let number): return number.description
        case .string(let text): return text.isEmpty ? "''" : printable(text)
        case .array(let items):
            return "[" + items.map { plain($0, at: path, isWhole: false) }.joined(separator: ", ") + "]"
        case .object(let members):
            let set = members.filter { $0.value != .null }
            let words = set.map { member in
                "\(member.name): \(plain(member.value, at: "\(path).\(member.name)", isWhole: false))"
            }.joined(separator: ", ")
            return isWhole ? words : "{\(words)}"
        }
    }

    /// Text without anything that a terminal would act on.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += " "
            default: result += scalar.properties.generalCategory == .control ? "?" : String(scalar)
            }
        }
    }
}
