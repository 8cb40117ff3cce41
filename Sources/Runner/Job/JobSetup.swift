import Glibc
import Wire

/// Everything about a job that is settled before its process starts: user, directories, files, variables.
///
/// A job's working directory, where it is relative or not set, lies in the runner's work directory: as a plain process
/// that is the job's own, in a container the image's. As a plain process, `/workflow`, under which dstack's server puts
/// every relative directory, means that directory too, so that a job never writes to the host's root; and its home is
/// one of its own, so that neither what a user of the host has set up for himself changes what a job does, nor a job
/// what that user has.
struct JobSetup: Sendable {
    let request: RunnerSubmitRequest
    let options: StartOptions
    let user: JobUser
    let home: String
    let workingDirectory: String
    let repoDirectory: String
    let codePath: String?
    /// The program and its arguments.
    let command: [String]
    private let changesUser: Bool

    /// Resolves names and paths; touches nothing.
    init(_ request: RunnerSubmitRequest, options: StartOptions, codePath: String?) throws(JobFailure) {
        self.request = request
        self.options = options
        self.codePath = codePath
        let database: UserDatabase
        do { database = try .system() } catch { throw JobFailure(error.description) }
        let image = options.isProcess ? ImageDefaults([:]) : ImageDefaults(ProcessEnvironment.read())
        user = try .resolve(
            request.jobSpec.user ?? image.user, current: geteuid(), currentGroup: getegid(), database)
        command = request.jobSpec.commands.isEmpty ? image.command : request.jobSpec.commands
        guard !command.isEmpty else {
            throw JobFailure("the image has neither an entrypoint nor a command; give the run `commands`")
        }
        changesUser = geteuid() == 0
        guard changesUser || user.uid == geteuid() else {
            throw JobFailure(
                "the job's user has id \(user.uid), but the runner runs as \(geteuid()); only root can change users")
        }
        if options.isProcess, let folder = Passage.obstacle(above: options.tempDirectory, for: user) {
            throw JobFailure(
                "user \(user.name.map { "'\($0)'" } ?? "\(user.uid)") may not pass through '\(folder)' to the job's "
                    + "directory; let all users pass there, or give the server a DSTACK_SERVER_DIR elsewhere")
        }
        let base = options.workDirectory
        let spec = request.jobSpec
        home = options.isProcess ? options.tempDirectory + "/home" : user.home
        workingDirectory = try .init(
            Self.place(spec.workingDir ?? base, base: base, home: home, isProcess: options.isProcess))
        repoDirectory = try .init(
            Self.place(
                spec.repoDir ?? workingDirectory, base: workingDirectory, home: home,
                isProcess: options.isProcess))
    }

    private static func place(
        _ path: String, base: String, home: String, isProcess: Bool
    ) throws(JobFailure) -> String {
        let expanded = try JobPath.expand(path, base: base, home: home)
        guard isProcess, expanded == "/workflow" || expanded.hasPrefix("/workflow/") else { return expanded }
        return JobPath.clean(base + "/" + expanded.dropFirst("/workflow".count))
    }

    private var hostFilePath: String { options.tempDirectory + "/hostfile" }

    /// Makes the directories, unpacks code and archives, and says what to start. Blocks.
    func unpack(_ log: RunnerLog, _ helpers: HelperProcesses) throws -> PreparedJob {
        let owner = Folder.Owner(uid: user.uid, gid: user.gid, applies: changesUser)
        // The job must be able to pass through to its work directory, not to read what lies beside it; nobody else.
        if changesUser { chmod(options.tempDirectory, user.uid == 0 ? 0o700 : 0o711) }
        if options.isProcess {
            // What is the job's own is its user's, also where the directory was made for another job.
            try Folder.make(home, owner, isOwn: true)
            try Folder.make(options.workDirectory, owner, isOwn: true)
        }
        try Folder.make(workingDirectory, owner)
        try unpackCode(owner, log, helpers)
        try unpackArchives(owner, log)
        try SmallFile.write(JobEnvironment.hostFile(request.clusterInfo), to: hostFilePath, mode: 0o644)
        var variables = JobEnvironment.make(
            inherited: JobEnvironment.inherited(ProcessEnvironment.read(), isProcess: options.isProcess), request,
            .init(
                repoDirectory: repoDirectory, workingDirectory: workingDirectory, home: home,
                hostFile: hostFilePath, user: user.name))
        addNodes(to: &variables, owner, log)
        let start = ProcessStart(
            arguments: command,
            environment: variables.map { "\($0.key)=\($0.value)" }.sorted(),
            place: .init(
                directory: workingDirectory, uid: user.uid, gid: user.gid, groups: user.groups,
                changesUser: changesUser))
        let entry = SSHEntry(
            variables: variables.merging(marks) { $1 }, home: home, workingDirectory: workingDirectory,
            fileServer: "\(options.tools ?? "")/bin/sftp-server")
        return PreparedJob(
            start: start, ssh: JobSSH(request, options: options, user: user, owner: owner, entry: entry))
    }

    /// By which the shim tells a task's processes from others: a login's are not born of the job's.
    private var marks: [String: String] { ProcessEnvironment.read().filter { $0.key == "DSTACK_TASK_MARK" } }

    /// Lets the job reach the other nodes of its run by SSH. It can do without: what keeps it from that is told in its
    /// diagnostics.
    private func addNodes(to variables: inout [String: String], _ owner: Folder.Owner, _ log: RunnerLog) {
        guard let nodes = NodeSSH(request, options: options, user: user, home: home, owner: owner) else { return }
        do {
            let path = variables["PATH"] ?? ""
            guard let programs = try nodes.prepare(path: path) else { return }
            variables["PATH"] = path.isEmpty ? programs : "\(programs):\(path)"
        } catch {
            log.write(.warning, "no SSH between the nodes of this run: \(error)")
        }
    }

    private func unpackCode(_ owner: Folder.Owner, _ log: RunnerLog, _ helpers: HelperProcesses) throws {
        if let data = request.jobSpec.repoData, data.repoType == "remote" {
            try checkOut(data, owner, log, helpers)
            return
        }
        guard let codePath else { return }
        log.write(.info, "unpacking code into '\(repoDirectory)'")
        try Folder.make(repoDirectory, owner)
        try TarExtractor(root: repoDirectory, owner: owner, rename: nil).extract(codePath)
        unlink(codePath)
    }

    private func unpackArchives(_ owner: Folder.Owner, _ log: RunnerLog) throws {
        for archive in request.jobSpec.fileArchives {
            let target = try Self.place(
                archive.path, base: workingDirectory, home: home, isProcess: options.isProcess)
            let source = "\(options.archiveDirectory)/\(archive.id)"
            guard access(source, R_OK) == 0 else {
                throw JobFailure("the archive \(archive.id) for '\(archive.path)' was not uploaded")
            }
            log.write(.info, "unpacking archive \(archive.id) to '\(target)'")
            let (parent, name) = JobPath.split(target)
            try Folder.make(parent, owner)
            if name.isEmpty {
                throw JobFailure("the archive \(archive.id) cannot replace '\(target)'; name a file or directory in it")
            }
            try TarExtractor(root: parent, owner: owner, rename: name).extract(source)
        }
        // Only now: one archive can go to several places.
        for archive in request.jobSpec.fileArchives { unlink("\(options.archiveDirectory)/\(archive.id)") }
    }
}
