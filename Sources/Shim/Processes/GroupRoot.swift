import Glibc

/// Where this shim keeps the groups of its tasks.
enum GroupRoot: Equatable, Sendable {
    case unified(path: String)
    case freezer(path: String)
    case marked

    /// Which kind is wanted.
    enum Choice: String, Sendable {
        case automatic = "auto"
        case unified, freezer, marked
    }

    /// Finds out what this machine and this user allow, beginning with the best kind.
    ///
    /// - Parameter name: a directory name that no other shim uses.
    static func detect(name: String, _ choice: Choice) -> GroupRoot {
        let mounts = text("/proc/self/mounts")
        let own = text("/proc/self/cgroup")
        if choice == .automatic || choice == .unified, let mount = unifiedMount(mounts),
            let place = place(own, controller: nil)
        {
            let path = join(mount, place) + "/" + name
            if probe(path, needs: "cgroup.kill") { return .unified(path: path) }
        }
        if choice == .automatic || choice == .freezer, let mount = freezerMount(mounts),
            let place = place(own, controller: "freezer")
        {
            let path = join(mount, place) + "/" + name
            if probe(path, needs: "freezer.state") { return .freezer(path: path) }
        }
        return .marked
    }

    /// The group of one task.
    func group(_ mark: String) -> ProcessGroup {
        switch self {
        case .unified(let path): .unified(path: path + "/" + mark)
        case .freezer(let path): .freezer(path: path + "/" + mark)
        case .marked: .marked
        }
    }

    /// Removes what holds the groups, once the last of them is gone.
    func removeIfUnused() {
        switch self {
        case .unified(let path), .freezer(let path): rmdir(path)  // refused by the kernel while a group is inside
        case .marked: break
        }
    }

    /// The groups that are there, whoever made them.
    func existing() -> [(mark: String, group: ProcessGroup)] {
        switch self {
        case .unified(let path), .freezer(let path):
            FileBytes.names(in: path).filter { $0.hasPrefix("t-") }.map { ($0, group($0)) }
        case .marked: []
        }
    }

    /// Whether a group can be made there and killed as a whole.
    private static func probe(_ path: String, needs file: String) -> Bool {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { return false }
        // In the root of a hierarchy some files are missing, so a child is asked.
        let child = path + "/probe"
        guard mkdir(child, 0o755) == 0 || errno == EEXIST else { return false }
        defer { rmdir(child) }
        return access(child + "/" + file, W_OK) == 0 && access(child + "/cgroup.procs", W_OK) == 0
    }

    /// Where cgroup v2 is mounted.
    static func unifiedMount(_ mounts: String) -> String? {
        fields(mounts).first { $0[2] == "cgroup2" }?[1]
    }

    /// Where the freezer of cgroup v1 is mounted.
    static func freezerMount(_ mounts: String) -> String? {
        fields(mounts).first { $0[2] == "cgroup" && $0[3].split(separator: ",").contains("freezer") }?[1]
    }

    /// The lines of `/proc/self/mounts`: device, place, type, options, …
    private static func fields(_ mounts: String) -> [[String]] {
        let lines = mounts.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return lines.filter { $0.count > 3 }
    }

    /// This process's directory in a hierarchy, from `/proc/self/cgroup`; `controller` nil means v2.
    static func place(_ own: String, controller: String?) -> String? {
        for line in own.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",").map(String.init)
            if let controller {
                if controllers.contains(controller) { return String(fields[2]) }
            } else if fields[0] == "0" && controllers.isEmpty {
                return String(fields[2])
            }
        }
        return nil
    }

    private static func join(_ mount: String, _ place: String) -> String {
        place == "/" ? mount : mount + place
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileBytes.read(path, limit: 1 << 20) ?? [], as: UTF8.self)
    }
}
