import FoundationEssentials
import HostTools
import Wire

/// What the first command on a host prints, read.
struct HostCheck: Equatable, Sendable {
    /// How commands are run as root there.
    enum Root: Equatable, Sendable {
        case isRoot
        case bySudo
        /// There is no program `sudo`.
        case noSudo
        /// `sudo` asks for a password, or forbids; its words.
        case denied(String)
    }

    enum Docker: Equatable, Sendable {
        case running(version: String)
        /// A socket is there and no client that could ask; the shim will.
        case unasked
        case notInstalled
        /// The client's words.
        case silent(String)
    }

    struct Space: Equatable, Sendable {
        var totalMib: Int
        var freeMib: Int
        var mount: String
    }

    var system = ""
    /// As `uname -m` says it.
    var machine = ""
    var user = ""
    var root = Root.noSudo
    var hasSystemd = false
    var docker = Docker.notInstalled
    /// Where programs go, and where images and containers are.
    var programsSpace: Space?
    var dockerSpace: Space?
    var cpus = 0
    var memoryMib = 0
    var gpus: [Gpu] = []
    var gpuDriver: String?
    var addresses: [HostAddresses.Entry] = []
    /// The address that we logged in to, as the host sees it.
    var loginAddress: String?
    var missingTools: [String] = []
    var mark: HostMark?
    /// Files of ours that are there, by path, with their SHA-256.
    var files: [String: String] = [:]
    /// Whether the user's `authorized_keys` has the project's key.
    var hasKey = false
    /// What answers on the shim's port, where our program was there to ask.
    var report: ShimReport?

    /// Reads sections that begin with a line of `@` and their name. What is missing keeps its default: each decision
    /// says what it lacks.
    init(_ text: String) {
        var sections: [String: [String]] = [:]
        var name = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("@") {
                name = String(line.dropFirst())
            } else {
                sections[name, default: []].append(String(line))
            }
        }
        let body = sections.mapValues { $0.filter { !$0.isEmpty } }
        func first(_ name: String) -> String { body[name]?.first ?? "" }
        func all(_ name: String) -> String { (body[name] ?? []).joined(separator: "\n") }
        system = first("system")
        machine = first("machine")
        user = first("user")
        switch first("root") {
        case "yes": root = .isRoot
        case "sudo": root = .bySudo
        case "denied": root = .denied(body["root"]?.dropFirst().joined(separator: " ") ?? "")
        default: root = .noSudo
        }
        hasSystemd = first("systemd") == "yes"
        docker = Self.docker(body["docker"] ?? [])
        programsSpace = Self.space(first("programs-space"))
        dockerSpace = Self.space(first("docker-space"))
        cpus = Int(first("cpus")) ?? 0
        memoryMib = (Int(first("memory").split(separator: " ").first { Int($0) != nil } ?? "") ?? 0) / 1024
        gpus = Self.gpus(nvidia: all("nvidia"), amd: all("amd"), rocm: all("rocm"))
        gpuDriver = body["driver"]?.first
        addresses = HostAddresses.read(body["addresses"] ?? [])
        let login = first("login").split(separator: " ")
        loginAddress = login.count == 4 ? String(login[2]) : nil
        missingTools = body["missing"] ?? []
        mark = HostMark(all("mark"))
        for line in body["files"] ?? [] {
            // `SHA256  ./path`, and a `\` in front where the path has one; ours have none.
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].count == 64 else { continue }
            files[String(words[1].drop { $0 == " " || $0 == "*" })] = String(words[0])
        }
        hasKey = first("key") == "yes"
        report = try? JSONDecoder().decode(ShimReport.self, from: Data(all("report").utf8))
    }

    private static func docker(_ lines: [String]) -> Docker {
        let words = lines.first?.split(separator: " ").map(String.init) ?? []
        return switch words.first {
        case "running" where words.count > 1: .running(version: words[1])
        case "socket": .unasked
        case "silent": .silent(lines.dropFirst().joined(separator: " "))
        default: .notInstalled
        }
    }

    /// A line of `df -Pk`.
    private static func space(_ line: String) -> Space? {
        let words = line.split(separator: " ")
        guard words.count >= 6, let total = Int(words[1]), let free = Int(words[3]) else { return nil }
        return Space(totalMib: total / 1024, freeMib: free / 1024, mount: words[5...].joined(separator: " "))
    }

    private static func gpus(nvidia: String, amd: String, rocm: String) -> [Gpu] {
        let cards =
            if !nvidia.isEmpty {
                GPUTools.readNvidia(nvidia)
            } else if !amd.isEmpty {
                GPUTools.readAMD(amd)
            } else {
                rocm.isEmpty ? [] : GPUTools.readROCm(rocm)
            }
        return cards.map(\.gpu)
    }
}
