import Client
import Configurations
import FoundationEssentials
import Wire

/// Makes the run spec that goes to the server: the configuration with the command line's changes, the profile,
/// the caller's variables, and the files, which are uploaded on the way.
struct RunSpecBuilder: Sendable {
    let session: Session
    let dstack: Dstack
    let source: ConfigurationSource
    let options: ApplyOptions

    /// The run spec, and the code that has to be on the server before the run is submitted.
    func build() async throws -> (spec: RunSpec, repo: RunRepo?) {
        guard case .run(var configuration) = source.file.configuration else {
            throw CommandError("\(source.path): a \(source.file.configuration.type) cannot be applied yet")
        }
        try change(&configuration)
        let profile = try await ProfileLoader(session: session).load(options.profile)
        let repo = try await readRepo(configuration)
        if repo == nil {
            try await dstack.api.repos.initialize(
                project: dstack.project,
                SaveRepoCredsRequest(repoId: Self.noRepoId, repoInfo: .virtual, repoCreds: nil))
        }
        let archives = try await upload(&configuration.base.files)
        let spec = RunSpec(
            runName: configuration.base.name, repoId: repo?.id ?? Self.noRepoId,
            repoData: repo.map { .remote($0.data) } ?? .virtual, repoCodeHash: repo?.changes?.hash,
            repoDir: configuration.base.repos.first?.path, fileArchives: archives,
            configurationPath: source.path, configuration: configuration, profile: profile,
            sshKeyPub: try await options.identity.publicKey(session))
        return (spec, repo)
    }

    /// The id under which the official client sends a run without a repository.
    private static let noRepoId = "none"

    /// The repository of the command line, else of the configuration; nil where there is none.
    private func readRepo(_ configuration: AnyRunConfiguration) async throws -> RunRepo? {
        if options.repo.noRepo { return nil }
        let written = configuration.base.repos.first
        let named: RepoReader.Source
        if let repo = options.repo.repo {
            named = .init(repo, base: FileManager.default.currentDirectoryPath, home: session.home)
        } else if let path = written?.localPath, !path.isEmpty {
            named = .directory(fullPath(path))
        } else if let text = written?.url {
            guard let url = GitURL(text) else {
                throw problem(
                    [.name("repos"), .index(0), .name("url")],
                    "'\(text)' is not an https, http or ssh URL of a repository")
            }
            named = .url(url)
        } else {
            return nil
        }
        return try await RepoReader(session: session, dstack: dstack, access: options.repo.access).runRepo(
            named, branch: options.repo.repoBranch ?? (options.repo.repo == nil ? written?.branch : nil),
            hash: options.repo.repoHash ?? (options.repo.repo == nil ? written?.hash : nil))
    }

    private func change(_ configuration: inout AnyRunConfiguration) throws {
        options.resources.apply(to: &configuration.base.resources)
        options.profile.apply(to: &configuration.profile)
        if let name = options.name {
            guard ResourceName.isValid(name) else { throw CommandError("--name: \(ResourceName.complaint(name))") }
            configuration.base.name = name
        }
        if let directory = configuration.base.workingDir, !directory.hasPrefix("/"), !directory.hasPrefix("~") {
            throw problem([.name("working_dir")], "'\(directory)' is not an absolute path")
        }
        for variable in options.variables {
            configuration.base.env[variable.name] = variable.value
        }
        try resolve(&configuration.base.env)
        if case .devEnvironment(var environment) = configuration {
            Self.add(options.forwarding.mappings, to: &environment.ports)
            guard options.runArguments.isEmpty else {
                throw CommandError("A dev environment has no commands for arguments to go to")
            }
            configuration = .devEnvironment(environment)
        }
        guard case .task(var task) = configuration else {
            return
        }
        Self.add(options.forwarding.mappings, to: &task.ports)
        let arguments = ShellWords.join(options.runArguments)
        for index in task.commands.indices {
            do {
                task.commands[index] = try CommandTemplate.fill(task.commands[index], arguments: arguments)
            } catch {
                throw problem([.name("commands"), .index(index)], error.message)
            }
        }
        configuration = .task(task)
    }

    private static func add(_ mappings: [PortMapping], to ports: inout [PortMapping]) {
        for port in mappings {
            ports.removeAll { $0.containerPort == port.containerPort }
            ports.append(port)
        }
    }

    /// Gives each variable that waits for it the caller's value.
    private func resolve(_ env: inout Env) throws {
        for entry in env.entries {
            guard case .fromCaller(let name) = entry.value else {
                continue
            }
            guard let value = session.environment[name] else {
                throw problem(
                    [.name("env")], "the variable \(name) is not set; set it, or give it a value with -e \(name)=VALUE")
            }
            env[entry.name] = .text(value)
        }
    }

    private func upload(_ files: inout [FilePathMapping]) async throws -> [FileArchiveMapping] {
        var archives: [FileArchiveMapping] = []
        for index in files.indices {
            let local = fullPath(files[index].localPath)
            let archive: FileArchiveFile
            do {
                archive = try await offPool { try FileArchiveFile(path: local) }
            } catch let error as FileArchiveError {
                throw problem([.name("files"), .index(index)], "\(error)")
            }
            files[index].localPath = local
            let stored = try await store(archive)
            archives.append(FileArchiveMapping(id: stored.id, path: files[index].path))
        }
        return archives
    }

    /// Uploads an archive that the server does not have yet.
    private func store(_ archive: FileArchiveFile) async throws -> FileArchive {
        do {
            return try await dstack.api.files.getArchive(hash: archive.hash)
        } catch {
            guard error.isMissingResource else {
                throw error
            }
        }
        return try await dstack.api.files.uploadArchive(hash: archive.hash, tar: archive.tar)
    }

    private func fullPath(_ path: String) -> String {
        RepoReader.Source.fullPath(path, base: source.directory, home: session.home)
    }

    private func problem(_ path: [WireDecodingError.Step], _ message: String) -> CommandError {
        let problem = source.file.problem(at: path, message)
        return CommandError(StyledText(ConfigurationError(file: source.path, problems: [problem]).description))
    }
}
