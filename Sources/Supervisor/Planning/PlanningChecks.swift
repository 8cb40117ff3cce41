import Wire

/// Refuses what stands in a specification's values and is not served yet. Properties that are not served are
/// refused by name before a run is planned.
enum PlanningChecks {
    static func check(_ spec: RunSpec, _ task: TaskConfiguration) throws(PlanningError) {
        if spec.repoCodeHash != nil {
            throw PlanningError("the code of a repo is not served yet: send the directory with `files`")
        }
        let unresolved = task.base.env.unresolved
        if !unresolved.isEmpty {
            throw PlanningError("`env` has variables without a value: \(unresolved.joined(separator: ", "))")
        }
        if task.nodeGroups.flatMap(\.commands).contains(where: refersToGroup) {
            throw PlanningError("addresses of `groups` in `commands` are not served yet: use DSTACK_NODES_IPS")
        }
    }

    private static func refersToGroup(_ text: String) -> Bool { reference(in: text, startsWith: "groups[") }

    /// Whether the text holds `${{ name… }}` that is not escaped by another dollar sign.
    private static func reference(in text: String, startsWith name: String) -> Bool {
        var rest = Substring(text)
        while let range = rest.firstRange(of: "${{") {
            let isEscaped = range.lowerBound > rest.startIndex && rest[rest.index(before: range.lowerBound)] == "$"
            rest = rest[range.upperBound...]
            if !isEscaped, rest.drop(while: { $0 == " " }).hasPrefix(name) { return true }
        }
        return false
    }
}
