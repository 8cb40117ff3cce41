import Wire

/// The differences of two run specs, as lines of a list: what each property was and what it becomes.
enum RunSpecChanges {
    static func between(_ old: RunSpec, _ new: RunSpec) -> [String] {
        var lines: [String] = []
        func note(_ differs: Bool, _ words: String) {
            if differs {
                lines.append("- \(words)")
            }
        }
        note(old.runName != new.runName, "Run name")
        note(old.repoId != new.repoId, "Repo ID")
        note(old.repoData != new.repoData, "Repo state (branch, commit, or other)")
        note(old.repoCodeHash != new.repoCodeHash, "Repo files")
        note(old.repoDir != new.repoDir, "Repo dir")
        note(old.fileArchives != new.fileArchives, "File archives")
        lines += pathChange(old.configurationPath, new.configurationPath)
        if old.configuration.type != new.configuration.type {
            lines.append("- Configuration type: \(old.configuration.type) → \(new.configuration.type)")
        } else {
            lines += nested("Configuration properties:", properties(old.configuration, new.configuration))
        }
        if let before = old.profile, let after = new.profile {
            lines += nested("Profile properties:", properties(before, after))
        } else {
            note(old.profile != new.profile, "Profile")
        }
        note(old.sshKeyPub != new.sshKeyPub, "Public SSH key")
        return lines
    }

    private static func pathChange(_ old: String?, _ new: String?) -> [String] {
        func text(_ path: String?) -> String { ChangedValue.text(path.map(JSONValue.string) ?? .null, at: "") }
        return old == new ? [] : ["- Configuration path: \(text(old)) → \(text(new))"]
    }

    private static func nested(_ title: String, _ fields: [String]) -> [String] {
        fields.isEmpty ? [] : ["- \(title)"] + fields.map { "  - \($0)" }
    }

    private static func properties(_ old: AnyRunConfiguration, _ new: AnyRunConfiguration) -> [String] {
        changes(json(old), json(new)) { name in
            guard name == "resources" else {
                return nil
            }
            let (before, after) = (ResourcesText.of(old.base.resources), ResourcesText.of(new.base.resources))
            // What the short form leaves out is told part by part.
            return before == after ? nil : "resources: \(before) → \(after)"
        }
    }

    private static func properties(_ old: Profile, _ new: Profile) -> [String] {
        changes(json(old), json(new)) { _ in nil }
    }

    /// One line or more for each property that differs, with its name as in the file.
    ///
    /// - Parameter special: the line of a property that has words of its own.
    private static func changes(_ old: JSONValue, _ new: JSONValue, special: (String) -> String?) -> [String] {
        guard case .object(let before) = old, case .object(let after) = new else {
            return []
        }
        return after.flatMap { member -> [String] in
            let value = before.first { $0.name == member.name }?.value ?? .null
            if value == member.value {
                return []
            }
            return special(member.name).map { [$0] } ?? ChangedValue.lines(member.name, value, member.value)
        }
    }

    private static func json(_ value: some Encodable) -> JSONValue {
        do {
            return try WireJSON.decode(from: try WireJSON.encode(value), unknownFields: .ignored)
        } catch {
            return .null  // The models write nothing that they cannot read; without it no field is named.
        }
    }
}
