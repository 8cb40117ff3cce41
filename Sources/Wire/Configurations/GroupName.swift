/// The rule for names of node and replica groups.
enum GroupName {
    /// 1 to 40 lowercase letters, digits and hyphens, no hyphen first.
    static func isValid(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count) && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    static func rule(_ name: String) -> String {
        "a group's name has 1 to 40 lowercase letters, digits and hyphens, found '\(name)'"
    }

    /// The first name that several groups have.
    static func duplicate(in names: [String?]) -> String? {
        var seen: Set<String> = []
        return names.compactMap(\.self).first { !seen.insert($0).inserted }
    }
}

extension NodeGroup {
    /// The groups with a name each: one that has none is called by its position.
    static func named(_ groups: [NodeGroup]?) -> [NodeGroup]? {
        groups?.enumerated().map { index, group in
            var group = group
            group.name = group.name ?? String(index)
            return group
        }
    }
}
