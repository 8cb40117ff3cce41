import Client
import Configurations

/// What a command has at hand: the outputs, the caller's environment, the configured projects.
struct Session: Sendable {
    let output: Console
    let errors: Console
    let input: Prompt
    let environment: [String: String]

    /// The user's home directory.
    var home: String { environment["HOME"] ?? "/" }

    /// The client's configuration file.
    var configFile: ClientConfigFile { ClientConfigFile(home: home) }

    /// The entry of the named project, of `$DSTACK_PROJECT`, or of the default one.
    func projectConfig(_ name: String?) async throws -> ClientConfig.Project {
        let name = name ?? environment["DSTACK_PROJECT"].flatMap { $0.isEmpty ? nil : $0 }
        let config = try await readConfig()
        if let project = config.project(name) {
            return project
        }
        if let name {
            let known = config.projects.map(\.name).joined(separator: ", ")
            throw CommandError(
                "Project \(name, .code) is not configured\(known.isEmpty ? "" : "; known are: \(known)")."
                    + " Add it with \("dstack project add", .code).")
        }
        if config.projects.isEmpty {
            throw CommandError(
                "No project is configured. Start a server with \("dstack server", .code),"
                    + " or add a project with \("dstack project add", .code).")
        }
        throw CommandError(
            "No project is the default. Pass \("--project NAME", .code),"
                + " or choose one with \("dstack project set-default NAME", .code).")
    }

    /// The client of the named project, of `$DSTACK_PROJECT`, or of the default one.
    func dstack(_ name: String?) async throws -> Dstack {
        let config = try await projectConfig(name)
        return try Dstack(project: config.name, url: config.url, token: config.token)
    }

    func readConfig() async throws -> ClientConfig {
        do {
            return try await offPool { [configFile] in try configFile.read() }
        } catch let error as ClientConfigError {
            throw CommandError("\(error)")
        }
    }

    func writeConfig(_ config: ClientConfig) async throws {
        do {
            try await offPool { [configFile] in try configFile.write(config) }
        } catch let error as ClientConfigError {
            throw CommandError("\(error)")
        }
    }
}
