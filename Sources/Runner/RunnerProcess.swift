import AgentServer
import CLinux
import FoundationEssentials
import Glibc

/// One life of the runner: sets its parts up, ties them together, and ends when the job loop says so.
enum RunnerProcess {
    /// Runs to its end; gives back the exit status. Must be called on the first thread, before any other exists.
    static func run(_ options: StartOptions) throws -> Int32 {
        _ = clinux_limit_arenas(1)
        // The job's secrets are in its memory. The job itself begins anew: its core files are its user's business.
        _ = clinux_forbid_core_files()
        SignalThread.block()
        if let inherited = options.listenDescriptor {
            guard fcntl(inherited, F_SETFD, FD_CLOEXEC) == 0 else {
                throw SystemError("use the inherited descriptor \(inherited)")
            }
        }
        guard clinux_become_subreaper() == 0 else { throw SystemError("become a subreaper") }
        try Folder.make(options.tempDirectory, .init(uid: 0, gid: 0, applies: false), mode: 0o700)
        let journal = Journal(
            bootID: UUID().uuidString.lowercased(), directory: options.tempDirectory)
        let log = RunnerLog(journal, level: options.logLevel)
        let mailbox = try Mailbox()
        let helpers = HelperProcesses()
        try SignalThread.start(
            onExit: { if !helpers.take($0, $1) { mailbox.post(.exited($0, $1)) } },
            onTerminate: { mailbox.post(.terminate) })
        let readers = LogReaders { mailbox.post(.readersGone) }
        let presence = Presence()
        let loop = JobLoop(
            options, mailbox: mailbox, journal: journal, log: log, helpers: helpers, readers: readers,
            presence: presence)
        let api = RunnerAPI(
            mailbox: mailbox, journal: journal, readers: readers, presence: presence, sshPort: options.sshPort,
            tempDirectory: options.tempDirectory,
            archiveDirectory: options.archiveDirectory, isProcess: options.isProcess)
        let server = AgentServer(router: api.router()) { log.write(.warning, $0) }
        // The server's task lives as long as the process: the loop's end ends both.
        Task(executorPreference: server.executor) {
            do {
                let listening = try await server.listen(on: options.listenAddress)
                log.write(
                    .info, "dstack-runner \(Program.version) listens\(listening.port.map { " on port \($0)" } ?? "")")
                try await server.serve(listening)
                mailbox.post(.serverFailed("the server ended"))
            } catch {
                mailbox.post(.serverFailed("\(error)"))
            }
        }
        return loop.run()
    }
}
