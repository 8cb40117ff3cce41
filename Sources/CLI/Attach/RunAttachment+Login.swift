import Client
import Wire

extension RunAttachment {
    /// What came of making `ssh NAME` lead into the job.
    enum Login {
        case made(SSHLogin)
        /// Why it was not, in words for the user.
        case missed(String)
    }

    /// Nil where the job does not run any more.
    func login() async throws -> Login? {
        let folder = SSHFolder(home: session.home)
        do {
            let refreshed = try await patience.bear { try await self.run.refreshed() }
            guard let job = refreshed.job(replica: purpose.replica, number: purpose.job),
                job.jobSubmissions.last?.status.isFinished == false
            else { return nil }
            let identity: String
            if let named = purpose.identity {
                identity = IdentityFile(path: named).privatePath
            } else {
                let key = try await patience.bear { try await self.run.dstack.userKey(in: folder) }
                guard Self.words(key.publicKey) == Self.words(run.model.runSpec.sshKeyPub ?? "") else {
                    return .missed("the run was submitted with another SSH key: name it with --ssh-identity")
                }
                identity = key.path
            }
            let connector = ConnectCommand.line(
                project: run.dstack.project, run: run.model.id, replica: purpose.replica, job: purpose.job)
            let run = run
            return .made(
                try await offPool {
                    try run.login(job, identity: identity, connector: connector, folder: folder)
                })
        } catch let error as SSHFolderError {
            return .missed(error.description)
        } catch let error as IdentityFileError {
            return .missed(error.description)
        } catch let error as ClientError {
            // The run goes on, and its log can be shown.
            return .missed(error.description)
        }
    }

    /// Counts as connected to a dev environment that ends where nobody is.
    func attend() async throws -> Attendance? {
        guard case .devEnvironment(let environment) = run.model.runSpec.configuration,
            environment.inactivityDuration != nil,
            let job = run.job(replica: purpose.replica, number: purpose.job)
        else { return nil }
        return try run.attend(job)
    }

    /// The kind and the body of a public key; what follows is a comment.
    private static func words(_ key: String) -> [Substring] {
        Array(key.split(whereSeparator: \.isWhitespace).prefix(2))
    }
}
