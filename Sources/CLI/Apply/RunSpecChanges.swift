import Wire

/// The differences of two run specs, as lines of a list.
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
        note(old.configurationPath != new.configurationPath, "Configuration path")
        if old.configuration.type != new.configuration.type {
            lines.append("- Configuration type")
        } else {
            lines += nested("Configuration properties:", fields(old.configuration, new.configuration))
        }
        if let before = old.profile, let after = new.profile {
            lines += nested("Profile properties:", fields(before, after))
        } else {
            note(old.profile != new.profile, "Profile")
        }
        note(old.sshKeyPub != new.sshKeyPub, "Public SSH key")
        return lines
    }

    private static func nested(_ title: String, _ fields: [String]) -> [String] {
        fields.isEmpty ? [] : ["- \(title)"] + fields.map { "  - \($0)" }
    }

    /// The names of the fields, as in the file, in which two models differ.
    private static func fields(_ old: some Encodable, _ new: some Encodable) -> [String] {
        guard case .object(let before) = json(old), case .object(let after) = json(new) else {
            return []
        }
        return after.filter { member in
            member.value != (before.first { $0.name == member.name }?.value ?? .null)
        }.map(\.name)
    }

    private static func json(_ value: some Encodable) -> JSONValue {
        do {
            return try WireJSON.decode(from: try WireJSON.encode(value), unknownFields: .ignored)
        } catch {
            return .null  // The models write nothing that they cannot read; without it no field is named.
        }
    }
}
