/// A Git repository to check out in a run.
public struct RepoSpec: Sendable, Hashable {
    /// A working copy on the user's machine; exclusive with `url`.
    public var localPath: String?
    /// The URL.
    public var url: String?
    /// The branch, nil for the current one or the default.
    public var branch: String?
    /// The hash of the commit, nil for the newest.
    public var hash: String?
    /// In the run; relative to its working directory.
    public var path: String
    /// What to do where the path is taken.
    public var ifExists: RepoExistsAction

    public init(
        localPath: String? = nil, url: String? = nil, branch: String? = nil, hash: String? = nil,
        path: String = ".", ifExists: RepoExistsAction = .error
    ) {
        self.localPath = localPath
        self.url = url
        self.branch = branch
        self.hash = hash
        self.path = path
        self.ifExists = ifExists
    }

    /// Reads `source` or `source:path`, where the source is a URL or a local path.
    public init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var isURL = false
        if parts.count > 1 {
            isURL = parts[0].contains("@") || parts[1].hasPrefix("//")
            if isURL || PathList.startsWithDrive(parts[0], parts[1]) {
                parts[0] += ":" + parts.remove(at: 1)
            }
        }
        guard (1...2).contains(parts.count) else { return nil }
        self.init(
            localPath: isURL ? nil : parts[0], url: isURL ? parts[0] : nil, path: parts.count == 2 ? parts[1] : ".")
    }
}

extension RepoSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case localPath = "local_path"
        case url, branch, hash, path
        case ifExists = "if_exists"
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            localPath = try fields.optional(.localPath)
            url = try fields.optional(.url)
            branch = try fields.optional(.branch)
            hash = try fields.optional(.hash)
            path = try fields.value(.path, default: ".")
            ifExists = try fields.value(.ifExists, default: .error)
        } else {
            guard case .string(let text) = value, let spec = RepoSpec(text) else {
                throw decoder.invalid("expected a Git URL or a local path, found \(value.excerpt)")
            }
            self = spec
        }
        switch (localPath ?? "", url ?? "") {
        case ("", ""): throw decoder.invalid("one of local_path and url is needed")
        case ("", _), (_, ""): break
        default: throw decoder.invalid("local_path and url exclude each other")
        }
        if path.hasPrefix("~"), path != "~", !path.hasPrefix("~/") {
            throw decoder.invalid("the home of another user, as in '\(path)', is not supported")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(localPath, forKey: .localPath)
        try container.encode(url, forKey: .url)
        try container.encode(branch, forKey: .branch)
        try container.encode(hash, forKey: .hash)
        try container.encode(path, forKey: .path)
        try container.encode(ifExists, forKey: .ifExists)
    }
}
