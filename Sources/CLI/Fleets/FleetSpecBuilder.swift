import Client
import Configurations
import FoundationEssentials
import Wire

/// Makes the fleet spec that goes to the server: the configuration with the command line's changes, the caller's
/// variables, and the keys that open the hosts.
struct FleetSpecBuilder {
    let session: Session
    let source: ConfigurationSource

    func build(_ configuration: FleetConfiguration, _ options: ApplyOptions) async throws -> FleetSpec {
        var fleet = configuration
        if let name = options.name {
            guard ResourceName.isValid(name) else { throw CommandError("--name: \(ResourceName.complaint(name))") }
            fleet.name = name
        }
        for variable in options.variables { fleet.env[variable.name] = variable.value }
        for entry in fleet.env.entries {
            guard case .fromCaller(let name) = entry.value else { continue }
            guard let value = session.environment[name] else {
                throw problem(
                    [.name("env")], "the variable \(name) is not set; set it, or give it a value with -e \(name)=VALUE")
            }
            fleet.env[entry.name] = .text(value)
        }
        if let ssh = fleet.sshConfig { fleet.sshConfig = try await withKeys(ssh) }
        let profile = try await ProfileLoader(session: session).load(options.profile)
        return FleetSpec(configuration: fleet, configurationPath: source.path, profile: profile)
    }

    private func withKeys(_ ssh: SSHParams) async throws -> SSHParams {
        var ssh = ssh
        var reader = IdentityReader(session: session)
        ssh.sshKey = try await key(ssh.identityFile, &reader, [.name("ssh_config"), .name("identity_file")])
        ssh.proxyJump = try await withKey(ssh.proxyJump, &reader, [.name("ssh_config"), .name("proxy_jump")])
        for (index, host) in ssh.hosts.enumerated() {
            guard case .params(var params) = host else { continue }
            let place: [WireDecodingError.Step] = [.name("ssh_config"), .name("hosts"), .index(index)]
            params.sshKey = try await key(params.identityFile, &reader, place + [.name("identity_file")])
            params.proxyJump = try await withKey(params.proxyJump, &reader, place + [.name("proxy_jump")])
            ssh.hosts[index] = .params(params)
        }
        for (index, host) in ssh.hosts.enumerated() where ssh.sshKey == nil {
            if case .params(let params) = host, params.sshKey != nil { continue }
            throw problem(
                [.name("ssh_config"), .name("hosts"), .index(index)],
                "no key is named that opens it: set `identity_file` here or in `ssh_config`. The server has to log in"
                    + " while you are away, so keys that only an agent holds cannot be used; 'ssh-keygen -t ed25519 -f"
                    + " ~/.ssh/fleet' and 'ssh-copy-id -i ~/.ssh/fleet USER@HOST' make one that can")
        }
        return ssh
    }

    private func withKey(
        _ proxy: SSHProxyParams?, _ reader: inout IdentityReader, _ place: [WireDecodingError.Step]
    ) async throws -> SSHProxyParams? {
        guard var proxy else { return nil }
        proxy.sshKey = try await key(proxy.identityFile, &reader, place + [.name("identity_file")])
        return proxy
    }

    private func key(
        _ file: String?, _ reader: inout IdentityReader, _ place: [WireDecodingError.Step]
    ) async throws -> SSHKey? {
        guard let file else { return nil }
        do {
            let path = RepoReader.Source.fullPath(
                file, base: FileManager.default.currentDirectoryPath, home: session.home)
            return try await reader.key(path, as: file)
        } catch let error as IdentityError {
            throw problem(place, error.message)
        }
    }

    private func problem(_ path: [WireDecodingError.Step], _ message: String) -> CommandError {
        let problem = source.file.problem(at: path, message)
        return CommandError(StyledText(ConfigurationError(file: source.path, problems: [problem]).description))
    }
}
