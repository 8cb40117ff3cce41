import Wire

/// Refuses by name what a configuration asks for and is not served yet. Nothing is ignored.
public enum ServedProperties {
    /// - Throws: `PlanningError` that names the first such property and says what to do instead.
    public static func check(_ spec: RunSpec, runtime: DefaultRuntime) throws(PlanningError) {
        guard case .task(let task) = spec.configuration else {
            throw PlanningError("'type: \(spec.configuration.type)' is not served yet; served is task")
        }
        if spec.repoCodeHash != nil {
            throw PlanningError("the code of a repo is not served yet: use `files`")
        }
        for (name, isUsed, advice) in uses(of: task, spec.mergedProfile, runtime) where isUsed {
            throw PlanningError("`\(name)` is not served yet\(advice.isEmpty ? "" : ": " + advice)")
        }
        if task.base.env.values.values.contains(where: refersToSecret) {
            throw PlanningError("`secrets` in `env` are not served yet: give the value by `-e NAME=value`")
        }
        if !task.base.env.unresolved.isEmpty {
            let names = task.base.env.unresolved.joined(separator: ", ")
            throw PlanningError("`env` has variables without a value: \(names)")
        }
        if task.nodeGroups.flatMap(\.commands).contains(where: refersToGroup) {
            throw PlanningError("addresses of `groups` in `commands` are not served yet: use DSTACK_NODES_IPS")
        }
    }

    private typealias Use = (name: String, isUsed: Bool, advice: String)

    private static func uses(
        of task: TaskConfiguration, _ profile: ProfileParams, _ runtime: DefaultRuntime
    ) -> [Use] {
        let base = task.base
        let noContainers = "jobs run as processes of this machine; leave it out"
        return [
            ("image", base.image != nil, noContainers),
            ("docker", base.docker == true, noContainers),
            ("privileged", base.privileged, noContainers),
            ("nvcc", base.nvcc == true, noContainers),
            ("registry_auth", base.registryAuth != nil, noContainers),
            ("python", base.python != nil, "start the interpreter that you need in `commands`"),
            ("volumes", !base.volumes.isEmpty, "jobs see this machine's files"),
            ("repos", !base.repos.isEmpty, "use `files`, or clone in `commands`"),
            ("dstack", base.dstack, ""),
            ("setup", !base.setup.isEmpty, "put the commands into `commands`"),
            ("schedule", profile.schedule != nil, ""),
            ("utilization_policy", profile.utilizationPolicy != nil, ""),
            ("reservation", profile.reservation != nil, ""),
            ("backend_options", profile.backendOptions?.isEmpty == false, ""),
        ]
    }

    private static func refersToSecret(_ text: String) -> Bool { reference(in: text, startsWith: "secrets.") }

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
