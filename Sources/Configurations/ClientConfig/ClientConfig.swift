import Yams

/// The client's `~/.dstack/config.yml`: the projects that the user has access to, as dstack keeps them.
public struct ClientConfig: Sendable, Equatable {
    /// A project on a server.
    public struct Project: Sendable, Equatable {
        /// The project's name.
        public var name: String
        /// The server's address.
        public var url: String
        /// The user's token.
        public var token: String
        /// Whether commands use it when they name no project.
        public var isDefault: Bool

        /// Creates a project's entry.
        public init(name: String, url: String, token: String, isDefault: Bool = false) {
            self.name = name
            self.url = url
            self.token = token
            self.isDefault = isDefault
        }
    }

    /// The projects in the file's order.
    public var projects: [Project]

    /// Creates a configuration.
    public init(projects: [Project] = []) {
        self.projects = projects
    }

    /// The named project or, without a name, the default one.
    public func project(_ name: String?) -> Project? {
        guard let name else {
            return projects.first { $0.isDefault }
        }
        return projects.first { $0.name == name }
    }

    /// Adds a project or replaces the one of its name, which stays the default if it was.
    /// The first project is the default in any case.
    public mutating func set(_ project: Project) {
        if project.isDefault {
            for index in projects.indices {
                projects[index].isDefault = false
            }
        }
        if let index = projects.firstIndex(where: { $0.name == project.name }) {
            let wasDefault = projects[index].isDefault
            projects[index] = project
            projects[index].isDefault = wasDefault || project.isDefault
        } else {
            projects.append(project)
        }
        if projects.count == 1 {
            projects[0].isDefault = true
        }
    }

    /// Removes a project; nothing happens where there is none of the name.
    public mutating func remove(_ name: String) {
        projects.removeAll { $0.name == name }
    }
}

extension ClientConfig {
    /// Reads the YAML of a configuration file; an empty one holds no projects.
    ///
    /// - Parameter path: the file's path, for the error.
    public init(yaml: String, path: String) throws(ClientConfigError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ClientConfigError(path: path, problem: .invalid("\(error)"))
        }
        self.init()
        guard let root, root.null == nil else {
            return
        }
        guard let mapping = root.mapping else {
            throw ClientConfigError(path: path, problem: .invalid("a mapping with 'projects' is expected"))
        }
        for node in mapping["projects"]?.sequence ?? [] {
            guard let name = node["name"]?.string, let url = node["url"]?.string, let token = node["token"]?.string
            else {
                let line = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
                throw ClientConfigError(
                    path: path + line, problem: .invalid("a project needs 'name', 'url' and 'token'"))
            }
            projects.append(
                Project(name: name, url: url, token: token, isDefault: node["default"]?.bool ?? false))
        }
    }

    /// The configuration as YAML, in the form that dstack writes.
    public func yaml() throws(ClientConfigError) -> String {
        let list = projects.map { project -> Node in
            [
                "default": Node(project.isDefault ? "true" : "false"), "name": Self.text(project.name),
                "token": Self.text(project.token), "url": Self.text(project.url),
            ]
        }
        do {
            return try Yams.serialize(node: ["projects": Node(list)], sortKeys: true)
        } catch {
            throw ClientConfigError(path: "", problem: .invalid("\(error)"))
        }
    }

    /// A node that reads back as text, also where it looks like a number or a boolean.
    private static func text(_ value: String) -> Node {
        let plain = Node(value)
        let isText = Resolver.default.resolveTag(of: plain) == .str
        return isText ? plain : Node(value, Tag(.str), .singleQuoted)
    }
}
