import ArgumentParser
import Configurations
import Logging
import Server

/// `dstack server`
struct ServerCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Start a server.",
        discussion: "The first start makes the project main, the user admin and its token.")

    @Option(help: "The address to listen on. The default is $DSTACK_SERVER_HOST, then 127.0.0.1.")
    var host: String?

    @Option(name: .shortAndLong, help: "The port to listen on. The default is $DSTACK_SERVER_PORT, then 3000.")
    var port: Int?

    @Flag(name: .shortAndLong, help: "The same as --log-level debug.")
    var debug = false

    @Option(
        name: [.customShort("l"), .customLong("log-level")],
        help: "How much is logged. The default is $DSTACK_SERVER_LOG_LEVEL, then INFO.")
    var logLevel: String?

    @Flag(name: .shortAndLong, help: "Make the project main the default of ~/.dstack/config.yml without asking.")
    var yes = false

    @Flag(name: .shortAndLong, help: "Leave ~/.dstack/config.yml as it is, and do not ask.")
    var no = false

    @Option(help: "The admin's token, where the first start makes the admin.")
    var token: String?

    func validate() throws {
        if debug, logLevel != nil {
            throw ValidationError("--debug and --log-level exclude each other")
        }
        if let port, !(0...65_535).contains(port) {
            throw ValidationError("--port takes a number from 0 to 65535, not \(port)")
        }
        if let logLevel, ServerOptions.level(logLevel) == nil {
            throw ValidationError("--log-level takes DEBUG, INFO, WARNING or ERROR, not '\(logLevel)'")
        }
    }

    func run(_ session: Session) async throws {
        do {
            let options = try options(session.environment)
            try await Server.run(options) { ready in
                await welcome(ready, options, session)
            }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("The server does not start: \("\(error)")")
        }
    }

    private func options(_ environment: [String: String]) throws -> ServerOptions {
        var options = try ServerOptions(environment: environment)
        options.host = host ?? options.host
        options.port = port ?? options.port
        options.adminToken = token ?? options.adminToken
        options.logLevel = debug ? .debug : logLevel.flatMap(ServerOptions.level) ?? options.logLevel
        return options
    }

    private func welcome(_ ready: Server.Ready, _ options: ServerOptions, _ session: Session) async {
        let output = session.output
        await output.print("The server \(DstackCommand.version, .code) is running at \(ready.url, .code)")
        await output.print("The admin token is \(ready.adminToken, .code)")
        if options.isLocalFleetDisabled {
            await output.print("This machine is no instance: DSTACK_LOCAL_FLEET_DISABLED is set")
        }
        do {
            try await updateConfig(ready, session)
        } catch {
            await session.errors.print(
                StyledText("The client's configuration was not changed: \(error)", .warning))
        }
    }

    private func updateConfig(_ ready: Server.Ready, _ session: Session) async throws {
        var config = try await session.readConfig()
        let entry = ClientConfig.Project(
            name: ready.project, url: ready.url, token: ready.adminToken, isDefault: true)
        let old = config.project(nil)
        guard !no, old != entry else {
            return
        }
        if old != nil, !yes {
            let path = session.configFile.path
            guard session.input.isTerminal,
                try await session.confirm("Update the project \(ready.project, .code) in \(path)?")
            else {
                return
            }
        }
        config.set(entry)
        try await session.writeConfig(config)
        await session.output.print("Configured the project \(ready.project, .code) in \(session.configFile.path)")
    }
}
