extension BaseRunConfiguration {
    /// The priorities that a run can have; higher ones are placed first.
    public static let priorities = 0...100

    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if let priority, !Self.priorities.contains(priority) {
            throw fields.invalid(.priority, "a priority is 0 to 100, found \(priority)")
        }
        if let shell, !["sh", "bash"].contains(shell), !shell.hasPrefix("/") {
            throw fields.invalid(.shell, "a shell is sh, bash or an absolute path, found '\(shell)'")
        }
        if repos.count > 1 { throw fields.invalid(.repos, "a run can have one repository, found \(repos.count)") }
        if let user, UnixUser(user) == nil {
            throw fields.invalid(.user, "expected user or user:group, each a name or a number, found '\(user)'")
        }
        let hasImage = image.map { !$0.isEmpty } ?? false
        if python != nil, hasImage { throw fields.invalid(.python, "image and python exclude each other") }
        if docker == true {
            let other = hasImage ? "image" : python != nil ? "python" : nvcc == true ? "nvcc" : nil
            if let other { throw fields.invalid(.docker, "\(other) and docker exclude each other") }
        }
    }
}

extension UnixUser {
    /// Reads `user` or `user:group`, each a name or a number; nil where the text is something else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), !parts.contains("") else { return nil }
        self.init()
        if let uid = Int(parts[0]) { self.uid = uid } else { username = parts[0] }
        if parts.count == 2 {
            if let gid = Int(parts[1]) { self.gid = gid } else { groupname = parts[1] }
        }
        if (uid ?? 0) < 0 || (gid ?? 0) < 0 { return nil }
    }
}
