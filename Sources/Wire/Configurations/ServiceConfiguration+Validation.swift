extension ServiceConfiguration {
    /// The replica groups, also where they stand under their older name, each with a name.
    static func groups(_ fields: Fields<CodingKeys>) throws -> [ReplicaGroup]? {
        let replicas: JSONValue? = try fields.optional(.replicas)
        var groups: [ReplicaGroup]? = try fields.optional(.groups)
        if groups == nil, case .array? = replicas {
            groups = try fields.required(.replicas)
        } else if groups != nil, replicas != nil {
            throw fields.invalid(.groups, "replicas and groups exclude each other")
        }
        return groups?.enumerated().map { index, group in
            var group = group
            group.name = group.name ?? String(index)
            return group
        }
    }

    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        var prefixes: Set<String> = []
        for limit in rateLimits where !prefixes.insert(limit.prefix).inserted {
            throw fields.invalid(.rateLimits, "two limits have the prefix '\(limit.prefix)'")
        }
        if let probes, Set(probes).count != probes.count {
            throw fields.invalid(.probes, "two probes are the same")
        }
        guard let groups else {
            if let replicas { try ReplicaGroup.check(replicas, scaling, .replicas, fields) }
            if commands.isEmpty, (base.image ?? "").isEmpty {
                throw fields.invalid("a service needs commands (or an image whose command is to run)")
            }
            return
        }
        if groups.isEmpty { throw fields.invalid(.groups, "at least one group is needed") }
        if let name = GroupName.duplicate(in: groups.map(\.name)) {
            throw fields.invalid(.groups, "two groups are called '\(name)'")
        }
        if scaling != nil { throw fields.invalid(.scaling, "with groups, each group has its own scaling") }
        if !commands.isEmpty { throw fields.invalid(.commands, "with groups, each group has its own commands") }
        try validate(groups, fields)
    }

    private func validate(_ groups: [ReplicaGroup], _ fields: Fields<CodingKeys>) throws {
        for group in groups {
            if let property = doublySet(in: group) {
                throw fields.invalid(
                    .groups, "\(property) stands in the service and in its group '\(group.name ?? "")'; one must go")
            }
            if group.commands.isEmpty, group.image == nil, base.image == nil {
                throw fields.invalid(.groups, "the group '\(group.name ?? "")' needs commands or an image")
            }
        }
        let routers = groups.filter { $0.router != nil }
        if routers.count > 1 { throw fields.invalid(.groups, "one group can have a router") }
        if let router = routers.first, router.replicas != CountRange(exactly: 1) {
            throw fields.invalid(.groups, "the group with the router has exactly one replica")
        }
    }

    /// What the service and a group say both, or say in ways that exclude each other.
    private func doublySet(in group: ReplicaGroup) -> String? {
        let own = [
            "image": base.image != nil, "docker": base.docker == true, "python": base.python != nil,
            "nvcc": base.nvcc == true, "privileged": base.privileged, "spot_policy": profile.spotPolicy != nil,
            "reservation": profile.reservation != nil,
        ]
        let theirs = [
            "image": group.image != nil, "docker": group.docker != nil, "python": group.python != nil,
            "nvcc": group.nvcc != nil, "privileged": group.privileged != nil, "spot_policy": group.spotPolicy != nil,
            "reservation": group.reservation != nil,
        ]
        if let name = own.keys.sorted().first(where: { own[$0] == true && theirs[$0] == true }) { return name }
        // Of the sources of an image only python and nvcc go together.
        let exclusive = [("image", ["docker", "python", "nvcc"]), ("docker", ["image", "python", "nvcc"])]
        for (name, others) in exclusive + [("python", ["image", "docker"]), ("nvcc", ["image", "docker"])]
        where own[name] == true {
            if let other = others.first(where: { theirs[$0] == true }) { return "\(name) (and \(other))" }
        }
        return nil
    }
}

extension ReplicaGroup {
    /// The number of replicas, also under its older name `count`.
    static func replicas(_ fields: Fields<CodingKeys>) throws -> CountRange {
        try fields.required(fields.container.contains(.replicas) ? .replicas : .count)
    }

    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if let name, !GroupName.isValid(name) { throw fields.invalid(.name, GroupName.rule(name)) }
        try Self.check(replicas, scaling, .replicas, fields)
        if image != nil, python != nil { throw fields.invalid(.python, "image and python exclude each other") }
        if docker == true {
            let other = image != nil ? "image" : python != nil ? "python" : nvcc == true ? "nvcc" : nil
            if let other { throw fields.invalid(.docker, "\(other) and docker exclude each other") }
            if privileged == false { throw fields.invalid(.privileged, "docker needs privileged") }
        }
    }

    /// A range of replicas needs scaling, a number of them excludes it.
    static func check<Key>(
        _ replicas: CountRange, _ scaling: ScalingSpec?, _ key: Key, _ fields: Fields<Key>
    ) throws {
        guard let max = replicas.max else { throw fields.invalid(key, "the largest number of replicas is needed") }
        let min = replicas.min ?? 0
        if min < 0 { throw fields.invalid(key, "the number of replicas cannot be negative") }
        if min != max, scaling == nil { throw fields.invalid(key, "a range of replicas needs scaling") }
        if min == max, scaling != nil { throw fields.invalid(key, "scaling needs a range of replicas") }
    }
}
