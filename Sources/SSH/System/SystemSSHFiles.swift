import Foundation
import Glibc

/// What `ssh` reads for one connection: a private folder with its settings, the keys, and the hosts' keys as it saw them.
struct SystemSSHFiles: Sendable {
    let folder: String
    let target: SSHTarget
    /// Held as long as this process uses the folder, see `SystemSSHLeftovers`.
    private let lock: FolderLock

    var config: String { folder + "/config" }
    var control: String { folder + "/control" }

    private var hops: [SSHHop] { target.jumps + [target.hop] }

    /// The name of a hop in the settings.
    private func alias(_ index: Int) -> String {
        index == target.jumps.count ? Self.target : "jump\(index)"
    }

    static let target = "target"

    /// Writes them.
    init(_ target: SSHTarget, connectWithin time: Duration) throws(SSHError) {
        self.target = target
        for hop in target.jumps + [target.hop] { try Self.check(hop) }
        do throws(Errno) {
            (folder, lock) = try SystemSSHLeftovers.makeFolder()
        } catch {
            throw Self.failed(target, error.words)
        }
        do {
            try writeAll(connectWithin: time)
        } catch {
            remove()
            throw Self.failed(target, error.words)
        }
    }

    func remove() {
        // What was not made is not there to be removed.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func failed(_ target: SSHTarget, _ words: String) -> SSHError {
        SSHError(.connectFailed, host: target.hop.name, detail: "the files for `ssh` cannot be written: \(words)")
    }

    /// A value with a blank, a quote or a line's end would mean something else in the settings.
    private static func check(_ hop: SSHHop) throws(SSHError) {
        for (what, value) in [("host", hop.host), ("user", hop.user)] {
            let isPlain = value.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && !"\"'\\#,".unicodeScalars.contains($0)
            }
            if value.isEmpty || value.hasPrefix("-") || !isPlain {
                throw SSHError(.connectFailed, host: hop.name, detail: "the \(what) \"\(value)\" cannot be one")
            }
        }
    }

    private func writeAll(connectWithin time: Duration) throws(Errno) {
        var sections = [Self.common(connectWithin: time)]
        for (index, hop) in hops.enumerated() { sections.append(try section(index, hop)) }
        try write("config", sections.joined(separator: "\n"))
        try write("askpass", Self.askpass(folder), mode: 0o700)
    }

    private static func common(connectWithin time: Duration) -> String {
        """
        Host *
          StrictHostKeyChecking accept-new
          GlobalKnownHostsFile /dev/null
          HashKnownHosts no
          UpdateHostKeys no
          CheckHostIP no
          HostKeyAlgorithms \(MethodPreferences.hostKeys.filter { $0 != "ssh-rsa" }.joined(separator: ","))
          PreferredAuthentications publickey
          PasswordAuthentication no
          KbdInteractiveAuthentication no
          NumberOfPasswordPrompts 1
          ConnectTimeout \(max(1, time.components.seconds))
          ServerAliveInterval 15
          ServerAliveCountMax 3
          ForwardAgent no
          ForwardX11 no
          ClearAllForwardings yes
          EscapeChar none
          LogLevel ERROR
          ControlPath none

        """
    }

    private func section(_ index: Int, _ hop: SSHHop) throws(Errno) -> String {
        var lines = [
            "Host \(alias(index))", "  HostName \(hop.host.replacing("%", with: "%%"))", "  Port \(hop.port)",
            "  User \(hop.user.replacing("%", with: "%%"))", "  HostKeyAlias \(alias(index))",
            "  UserKnownHostsFile \(knownHosts(index))",
        ]
        var agent: String?
        var keys = 0
        for identity in hop.identities {
            switch identity {
            case .agent(let socket): agent = socket
            case .key(let text, let passphrase):
                let name = "key-\(index)-\(keys)"
                keys += 1
                // ssh refuses a key without the end of its last line.
                try write(name, text.hasSuffix("\n") ? text : text + "\n")
                if let passphrase { try write(name + ".passphrase", passphrase + "\n") }
                lines.append("  IdentityFile \(folder)/\(name)")
            }
        }
        if keys == 0 { lines.append("  IdentityFile none") }
        lines.append("  IdentitiesOnly \(agent == nil ? "yes" : "no")")
        lines.append("  IdentityAgent \(agent.map { "\"\($0.replacing("%", with: "%%"))\"" } ?? "none")")
        if index == target.jumps.count, index > 0 {
            lines.append("  ProxyJump \((0..<index).map(alias).joined(separator: ","))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Where `ssh` writes the key that the hop showed.
    func knownHosts(_ index: Int) -> String { "\(folder)/known-\(index)" }

    /// `ssh` asks it for the passphrase of a key, which it names.
    private static func askpass(_ folder: String) -> String {
        """
        #!/bin/sh
        for file in '\(folder)'/*.passphrase; do
          case "$1" in *"'${file%.passphrase}'"*) exec cat "$file" ;; esac
        done
        exit 1

        """
    }

    private func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws(Errno) {
        let file = open(folder + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw Errno(errno) }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let size = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard size > 0 else { throw Errno(errno) }
            rest = rest.dropFirst(size)
        }
    }

    /// The keys that the hops showed, in their order.
    func shownKeys() -> [(hop: SSHHop, key: String)] {
        hops.enumerated().compactMap { index, hop in
            // A missing file means that this hop showed no key.
            guard let text = try? String(contentsOfFile: knownHosts(index), encoding: .utf8),
                let key = KnownHostLine.key(in: text)
            else { return nil }
            return (hop, key)
        }
    }

    var hopCount: Int { hops.count }
}

/// A line of `known_hosts`.
enum KnownHostLine {
    /// Algorithm and base64 of the first line that holds a key.
    static func key(in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            if words.count >= 3, !line.hasPrefix("#"), !line.hasPrefix("@") { return "\(words[1]) \(words[2])" }
        }
        return nil
    }
}
