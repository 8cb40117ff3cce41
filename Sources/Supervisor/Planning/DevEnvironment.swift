import Wire

/// The commands of a dev environment: what the editor wants to find, the user's own, how to get in, and waiting.
///
/// What comes from the network is a convenience: without one the environment begins without it and says so.
enum DevEnvironment {
    /// Seconds for the whole of what is installed for the user's comfort.
    private static let patience = 300
    private static let extensions = ["ms-python.python", "ms-toolsai.jupyter"]

    static func commands(_ environment: DevEnvironmentConfiguration, runName: String) -> [String] {
        var commands: [String] = []
        if let ide = environment.ide, let version = environment.version, let server = ide.server(version) {
            commands.append(install(server, for: ide))
        }
        // A process without an environment of its own would install into the machine's.
        if environment.base.image != nil || environment.base.python != nil { commands.append(installKernel) }
        commands += environment.base.setup + ["echo"] + environment.initCommands
        if let ide = environment.ide {
            commands += [
                "echo 'To open in \(ide.title), use link below:'", "echo",
                "echo \"  \(ide.link(to: runName, directory: "$DSTACK_WORKING_DIR"))\"", "echo",
            ]
        }
        return commands + [
            "echo 'To connect via SSH, use: `ssh \(runName)`'", "echo", "echo 'To exit, press Ctrl+C.'",
            "tail -f /dev/null",
        ]
    }

    /// The kernel of notebooks.
    private static var installKernel: String {
        "{ { command -v uv >/dev/null 2>&1 && echo 'uv pip install ipykernel...' && "
            + "UV_HTTP_TIMEOUT=10 UV_HTTP_RETRIES=0 \(limit)uv pip install -q --no-cache ipykernel 2>/dev/null; } || "
            + "{ command -v pip >/dev/null 2>&1 && echo 'pip install ipykernel...' && "
            + "PIP_RETRIES=0 PIP_DEFAULT_TIMEOUT=10 \(limit)pip install -q --no-cache-dir ipykernel 2>/dev/null; } || "
            + "echo 'ipykernel was not installed: there is no uv or pip, or no network'; }"
    }

    /// Puts the editor's server where the editor would put it itself at its first connection.
    private static func install(_ server: IDE.Server, for ide: IDE) -> String {
        let words = extensions.map { "--install-extension \($0)" }.joined(separator: " ")
        return "{ arch=x64; if [ \"$(uname -m)\" = aarch64 ]; then arch=arm64; fi; "
            + "archive=\"$HOME/.dstack-\(ide.rawValue)-server.tar.gz\"; folder=\"$HOME/\(server.folder)\"; "
            + "echo 'Installing the server of \(ide.title)...'; "
            + "{ wget -q -T 10 -O \"$archive\" \"\(server.url)\" 2>/dev/null || "
            + "curl -fsSL --connect-timeout 10 -o \"$archive\" \"\(server.url)\" 2>/dev/null; } && "
            + "mkdir -p \"$folder\" && tar --no-same-owner -xz --strip-components=1 -C \"$folder\" -f \"$archive\" && "
            + "{ \(limit)\"$folder\"/bin/\(server.program) \(words) >/dev/null 2>&1 || true; } || "
            + "echo 'The server of \(ide.title) was not installed; the editor will do it.'; "
            + "rm -f \"$archive\"; }"
    }

    private static var limit: String { "$(command -v timeout >/dev/null 2>&1 && echo timeout \(patience)) " }
}

extension IDE {
    /// What an editor runs on the other side.
    struct Server {
        /// A shell's text, with `$arch`.
        var url: String
        /// Below the home.
        var folder: String
        /// In its `bin`.
        var program: String
    }

    /// Its server of a version; nil of an editor that installs its own alone.
    func server(_ version: String) -> Server? {
        // The version goes into an address and a path.
        let isPlain = version.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "@"):
                true
            default: false
            }
        }
        guard isPlain else { return nil }
        switch self {
        case .vscode:
            return Server(
                url: "https://update.code.visualstudio.com/commit:\(version)/server-linux-$arch/stable",
                folder: ".vscode-server/bin/\(version)", program: "code-server")
        case .cursor:
            return Server(
                url: "https://cursor.blob.core.windows.net/remote-releases/\(version)/vscode-reh-linux-$arch.tar.gz",
                folder: ".cursor-server/cli/servers/Stable-\(version)/server", program: "cursor-server")
        case .windsurf:
            let parts = version.split(separator: "@")
            guard parts.count == 2 else { return nil }
            return Server(
                url: "https://windsurf-stable.codeiumdata.com/linux-reh-$arch/stable/\(parts[1])/"
                    + "windsurf-reh-linux-$arch-\(parts[0]).tar.gz",
                folder: ".windsurf-server/bin/\(parts[1])", program: "windsurf-server")
        case .zed: return nil
        }
    }
}
