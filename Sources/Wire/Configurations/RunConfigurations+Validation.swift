extension TaskConfiguration {
    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if let nodes, nodes < 1 { throw fields.invalid(.nodes, "a task has at least one node, found \(nodes)") }
        guard let groups else {
            if commands.isEmpty, (base.image ?? "").isEmpty {
                throw fields.invalid("a task needs commands (or an image whose command is to run)")
            }
            return
        }
        if nodes != nil { throw fields.invalid(.groups, "nodes and groups exclude each other") }
        if groups.isEmpty { throw fields.invalid(.groups, "at least one group is needed") }
        if let name = GroupName.duplicate(in: groups.map(\.name)) {
            throw fields.invalid(.groups, "two groups are called '\(name)'")
        }
        if !commands.isEmpty { throw fields.invalid(.commands, "with groups, each group has its own commands") }
        if !ports.isEmpty { throw fields.invalid(.ports, "with groups, each group has its own ports") }
        if base.entrypoint != nil { throw fields.invalid(.groups, "groups and entrypoint exclude each other") }
        for group in groups where group.commands.isEmpty && base.image == nil {
            throw fields.invalid(.groups, "the group '\(group.name ?? "")' needs commands, or the task an image")
        }
    }
}

extension DevEnvironmentConfiguration {
    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if base.entrypoint != nil { throw fields.invalid("a dev environment takes no entrypoint") }
        if let version, !version.isEmpty, ide == nil {
            throw fields.invalid(.version, "a version needs an ide")
        }
        if ide == .windsurf, let version, !version.isEmpty {
            let parts = version.split(separator: "@", omittingEmptySubsequences: false)
            let isHash = parts.last?.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } ?? false
            if parts.count < 2 || parts[0].isEmpty || parts.last?.isEmpty != false || !isHash {
                throw fields.invalid(.version, "a version of windsurf is version@commit, found '\(version)'")
            }
        }
        if base.dstack, inactivityDuration != nil {
            throw fields.invalid(.inactivityDuration, "dstack and inactivity_duration exclude each other")
        }
    }
}

extension ProbeConfig {
    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if let url {
            if !url.hasPrefix("/") { throw fields.invalid(.url, "the URL of a probe begins with /") }
            if url.count > 2048 { throw fields.invalid(.url, "the URL of a probe has at most 2048 characters") }
        }
        if let timeout, timeout.count < 1 { throw fields.invalid(.timeout, "a timeout is at least 1s") }
        if let interval, interval.count < 1 { throw fields.invalid(.interval, "an interval is at least 1s") }
        if let readyAfter, readyAfter < 1 { throw fields.invalid(.readyAfter, "ready_after is at least 1") }
        if headers.count > 16 { throw fields.invalid(.headers, "a probe has at most 16 headers") }
        if let body {
            if !(1...2048).contains(body.count) { throw fields.invalid(.body, "a body has 1 to 2048 characters") }
            if method == .get || method == .head { throw fields.invalid(.body, "this method takes no body") }
        }
    }
}
