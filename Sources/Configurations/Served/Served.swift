import Wire

/// What this project's server serves of dstack's configurations: one table for the command line, for the
/// server that gets specs of the official client, and for the documentation.
///
/// Everything else is refused by name; nothing is silently ignored.
public enum Served {
    /// The properties of a configuration that are set and not served, in the order of the tables.
    public static func refusals(of configuration: AnyConfiguration) -> [Refusal] {
        switch configuration {
        case .run(let run): refusals(of: run)
        case .fleet(let fleet): refusals(in: json(fleet), against: json(FleetConfiguration()), Self.fleet)
        case .volume, .gateway: typeRefusal(configuration.type)
        }
    }

    /// The properties of a run configuration that are set and not served.
    public static func refusals(of configuration: AnyRunConfiguration) -> [Refusal] {
        switch configuration {
        case .task(let task):
            refusals(in: json(task), against: json(TaskConfiguration()), Self.task + base + profile)
        case .devEnvironment(let environment):
            refusals(
                in: json(environment), against: json(DevEnvironmentConfiguration()), devEnvironment + base + profile)
        case .service: typeRefusal(configuration.type)
        }
    }

    /// The profile parameters that are set and not served.
    public static func refusals(of params: ProfileParams) -> [Refusal] {
        refusals(in: json(params), against: json(ProfileParams()), profile)
    }

    /// The parts of a run spec that are set and not served, as the official client may send them.
    public static func refusals(of spec: RunSpec) -> [Refusal] {
        var result = refusals(of: spec.configuration).map { $0.inside("configuration") }
        if let profile = spec.profile {
            result += refusals(of: profile.params).map { $0.inside("profile") }
        }
        return result
    }

    /// How a property of a type of configuration is served; a part of one is served as its whole is where
    /// it has no entry of its own.
    ///
    /// - Parameters:
    ///   - property: a name or a path, as `resources.gpu`.
    ///   - type: the value of `type`, or `profile`.
    /// - Returns: nil where the tables say nothing.
    public static func support(of property: String, in type: String) -> Support? {
        if let reason = refusedTypes[type] { return .refused(reason) }
        let table =
            switch type {
            case "profile": profileNames + profile
            case "fleet": fleet
            case "dev-environment": devEnvironment + base + profile
            default: task + base + profile
            }
        var path = property.split(separator: ".")
        while !path.isEmpty {
            let name = path.joined(separator: ".")
            if let entry = table.first(where: { $0.name == name }) { return entry.support }
            path.removeLast()
        }
        return nil
    }

    private static func typeRefusal(_ type: String) -> [Refusal] {
        refusedTypes[type].map { [Refusal(path: [.name("type")], message: $0)] } ?? []
    }

    private static func refusals(
        in value: JSONValue, against defaults: JSONValue, _ table: [ServedProperty]
    ) -> [Refusal] {
        table.compactMap { property in
            let names = property.name.split(separator: ".").map(String.init)
            guard case .refused(let reason) = property.support, let set = value.part(names), set != .null,
                set != defaults.part(names), !property.harmlessValues.contains(set)
            else { return nil }
            return Refusal(path: names.map { .name($0) }, message: reason)
        }
    }

    private static func json(_ value: some Encodable) -> JSONValue {
        do {
            return try JSONParser.parse(try WireJSON.encode(value))
        } catch {
            // The models write valid JSON and throw nothing of their own.
            preconditionFailure("a model could not be encoded: \(error)")
        }
    }
}

extension JSONValue {
    /// The value at the end of a path of names.
    fileprivate func part(_ names: [String]) -> JSONValue? {
        names.reduce(self as JSONValue?) { $0?[$1] }
    }
}

extension Refusal {
    fileprivate func inside(_ name: String) -> Refusal {
        Refusal(path: [.name(name)] + path, message: message)
    }
}
