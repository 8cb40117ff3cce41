import Glibc

/// Which git and which ssh are used: the image's or host's own where there is one, else those that came along.
///
/// The tools that come along (`scripts/bundle-tools`) need nothing of the image: each starts through its own loader.
struct GitTools: Equatable, Sendable {
    /// Absolute.
    let git: String
    /// Absolute; nil where there is no ssh.
    let ssh: String?
    /// What `git` and `ssh` need to be told.
    private let environment: [String: String]
    /// Whether git is the one that came along, which has no shell scripts beside it.
    let isBundled: Bool
    /// A library that makes the job's user known to ssh; nil where that is not needed.
    let userWrapper: String?

    /// - Parameters:
    ///   - path: the value of PATH, to look for the image's own.
    ///   - toolsDirectory: what `scripts/bundle-tools` made; nil where nothing came along.
    ///   - isUserKnown: whether the system knows the job's user; ssh refuses one that it does not.
    /// - Throws: `JobFailure` where there is no git.
    static func find(path: String, toolsDirectory: String?, isUserKnown: Bool) throws(JobFailure) -> GitTools {
        let own = program("git", path: path)
        let bundled = toolsDirectory.flatMap { directory in
            access("\(directory)/bin/git", X_OK) == 0 ? directory : nil
        }
        guard let git = own ?? bundled.map({ "\($0)/bin/git" }) else {
            throw JobFailure(
                "there is no git to clone the repository with: install it in the image, or give the runner --tools-dir")
        }
        var environment: [String: String] = [:]
        if own == nil, let bundled {
            environment["GIT_EXEC_PATH"] = "\(bundled)/libexec/git-core"
            environment["GIT_TEMPLATE_DIR"] = ""
            // The image's certificates where it has some: its owner may have added a company's own.
            let known: [String] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]
            let certificates = known.first { access($0, R_OK) == 0 }
            environment["GIT_SSL_CAINFO"] = certificates ?? "\(bundled)/etc/ca-certificates.crt"
        }
        let ownSSH = program("ssh", path: path)
        let bundledSSH = bundled.flatMap { access("\($0)/bin/ssh", X_OK) == 0 ? "\($0)/bin/ssh" : nil }
        let wrapper = bundled.flatMap { directory -> String? in
            let library = "\(directory)/lib/libnss_wrapper.so"
            return access(library, R_OK) == 0 ? library : nil
        }
        let usesBundledSSH = bundledSSH != nil && (ownSSH == nil || !isUserKnown)
        return GitTools(
            git: git, ssh: usesBundledSSH ? bundledSSH : ownSSH, environment: environment, isBundled: own == nil,
            userWrapper: usesBundledSSH && !isUserKnown ? wrapper : nil)
    }

    /// The tools that lie beside this program, nil where there are none.
    static var besideThisProgram: String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let tools = JobPath.split(String(decoding: buffer.prefix(count), as: UTF8.self)).parent + "/tools"
        return access(tools + "/lib/loader", X_OK) == 0 ? tools : nil
    }

    /// A program of PATH.
    static func program(_ name: String, path: String) -> String? {
        path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { (file: String) in
            var status = stat()
            return access(file, X_OK) == 0 && stat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// The variables of a git that acts for nobody but the job: no configuration, no helper, no question.
    ///
    /// - Parameters:
    ///   - inherited: the runner's own.
    ///   - home: a directory of this clone's own.
    ///   - settings: git's settings, in order. They go by a variable, so that none shows in the list of processes; git
    ///     hands it to the programs that it starts itself, and nobody else gets it.
    func variables(
        inherited: [String: String], home: String, settings: [(name: String, value: String)],
        more: [String: String] = [:]
    ) -> [String: String] {
        let passed = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_NO_VERIFY"]
        let proxies = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
        var variables = inherited.filter { passed.contains($0.key) || proxies.contains($0.key.lowercased()) }
        variables.merge(environment) { own, _ in own }
        variables["HOME"] = home
        variables["XDG_CONFIG_HOME"] = home
        variables["LC_ALL"] = "C"
        variables["GIT_CONFIG_NOSYSTEM"] = "1"
        variables["GIT_CONFIG_GLOBAL"] = "/dev/null"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_ASKPASS"] = ""
        variables["SSH_ASKPASS"] = ""
        variables["GIT_LFS_SKIP_SMUDGE"] = "1"
        variables["GIT_CONFIG_PARAMETERS"] = settings.map { Self.quoted("\($0.name)=\($0.value)") }
            .joined(separator: " ")
        variables.merge(more) { $1 }
        return variables
    }

    /// A word as git's own and a shell's reading of single quotes take it.
    static func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            quoted += character == "'" || character == "!" ? "'\\\(character)'" : String(character)
        }
        return quoted + "'"
    }
}
