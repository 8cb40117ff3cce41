import Glibc

/// Git, run as the job's user, with what opens one repository; its files are gone when it is closed.
struct GitSession {
    let tools: GitTools
    let owner: Folder.Owner
    /// A directory of its own, the user's alone.
    let home: String
    private let helpers: HelperProcesses
    private let groups: [UInt32]
    private let environment: [String]

    /// Seconds between two lines about progress.
    private static let reportInterval = 5

    /// Opens one; `close` must follow.
    ///
    /// - Parameters:
    ///   - directory: does not exist yet; made, and removed by `close`.
    ///   - inherited: the runner's own variables.
    init(
        tools: GitTools, access: RepoAccess, user: JobUser, owner: Folder.Owner, directory: String,
        inherited: [String: String], helpers: HelperProcesses
    ) throws {
        self.tools = tools
        self.owner = owner
        self.helpers = helpers
        home = directory
        groups = user.groups
        try Folder.make(directory, owner, mode: 0o700)
        var more: [String: String] = [:]
        if let key = access.privateKey {
            guard let ssh = tools.ssh else {
                throw JobFailure(
                    "\(access.url) is cloned over SSH, and there is no ssh program: install openssh-client in the image,"
                        + " or give a token with `dstack init --token`")
            }
            let path = directory + "/key"
            try SmallFile.write(key.hasSuffix("\n") ? key : key + "\n", to: path, mode: 0o600)
            if owner.applies, chown(path, owner.uid, owner.gid) != 0 { throw SystemError("give '\(path)' to its job") }
            let options = [
                GitTools.quoted(ssh), "-F", "none", "-i", GitTools.quoted(path), "-o", "IdentitiesOnly=yes", "-o",
                "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
                "LogLevel=ERROR", "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15",
            ]
            let words = try Self.known(user, tools, directory) + options
            more["GIT_SSH_COMMAND"] = words.joined(separator: " ")
            more["GIT_SSH_VARIANT"] = "ssh"
        }
        let settings: [(name: String, value: String)] = [
            ("credential.helper", ""), ("core.fsmonitor", "false"), ("core.hooksPath", "/dev/null"), ("gc.auto", "0"),
            ("maintenance.auto", "false"), ("protocol.ext.allow", "never"), ("http.lowSpeedLimit", "100"),
            ("http.lowSpeedTime", "60"), ("advice.detachedHead", "false"), ("fetch.recurseSubmodules", "false"),
        ]
        environment = tools.variables(
            inherited: inherited, home: directory, settings: settings + access.settings, more: more
        ).map { "\($0.key)=\($0.value)" }.sorted()
    }

    /// The words before ssh that make a user known to it whom the system does not know.
    private static func known(_ user: JobUser, _ tools: GitTools, _ directory: String) throws(SystemError) -> [String] {
        guard let library = tools.userWrapper else { return [] }
        let (passwd, group) = (directory + "/passwd", directory + "/group")
        try SmallFile.write("job:x:\(user.uid):\(user.gid):job:\(directory):/bin/sh\n", to: passwd, mode: 0o644)
        try SmallFile.write("job:x:\(user.gid):\n", to: group, mode: 0o644)
        return [
            "LD_PRELOAD=\(GitTools.quoted(library))", "NSS_WRAPPER_PASSWD=\(GitTools.quoted(passwd))",
            "NSS_WRAPPER_GROUP=\(GitTools.quoted(group))",
        ]
    }

    /// Removes its files, the key among them.
    func close() throws {
        let (parent, name) = JobPath.split(home)
        let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open '\(parent)'") }
        defer { Glibc.close(folder) }
        try FileTree.remove(name, in: folder)
    }

    /// Runs git to its end. Blocks.
    ///
    /// - Parameter report: gets a line about the progress now and then.
    func run(
        _ arguments: [String], in directory: String, report: (String) -> Void = { _ in }
    ) throws -> HelperProcesses.Outcome {
        let place = Launcher.Place(
            directory: directory, uid: owner.uid, gid: owner.gid, groups: groups, changesUser: owner.applies)
        var progress = GitProgress(interval: Self.reportInterval)
        return try helpers.run([tools.git] + arguments, environment: environment, place: place) { piece in
            for line in progress.take(piece, at: time(nil)) { report(line) }
        }
    }
}

/// Git's progress, thinned out: the end of each phase, and a line every few seconds in between.
struct GitProgress {
    let interval: Int
    private var rest: [UInt8] = []
    private var last = 0

    init(interval: Int) {
        self.interval = interval
    }

    /// The lines to be told of what git wrote next, which comes at a time in seconds.
    mutating func take(_ piece: ArraySlice<UInt8>, at now: Int) -> [String] {
        if last == 0 { last = now }
        rest += piece
        var lines: [String] = []
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest.removeFirst(end + 1)
            guard line.contains("%") || line.contains(": ") else { continue }
            let isPhase = line.hasSuffix("done.") && line.hasPrefix("Receiving objects")
            guard isPhase || (line.contains("%") && now - last >= interval) else { continue }
            last = now
            lines.append(line)
        }
        return lines
    }
}
