import Wire

/// What is to be done on a host, decided from what the first command found. Pure.
struct HostPlan: Equatable, Sendable {
    /// What is not there yet, or differs.
    var missing: [HostProgram]
    /// The first command found everything as it is to be, and our shim running.
    var isDone: Bool
    var internalIP: String?

    /// Room that is left after the programs.
    static let spareMib = 32
    /// Less than that, and no container starts.
    static let dockerMib = 64

    /// - Parameter files: what the installation writes besides programs.
    /// - Throws: what is in the way, in words.
    init(
        _ check: HostCheck, _ request: HostSetupRequest, programs: [HostProgram], machine: String,
        files: [String: String]
    ) throws(HostSetupError) {
        func refuse(_ detail: String) -> HostSetupError { HostSetupError(hostname: request.hostname, detail: detail) }
        guard check.system == "Linux" else {
            throw refuse("is no Linux machine (uname says '\(check.system)'); hosts run Linux")
        }
        guard check.machine == machine else {
            throw refuse(
                "is a \(check.machine) machine, and the programs dstack-shim and dstack-runner beside this server are "
                    + "for \(machine); put those for \(check.machine) there, or name a host of that architecture")
        }
        try Self.checkRights(check, refuse)
        guard check.missingTools.isEmpty else {
            throw refuse(
                "lacks \(check.missingTools.joined(separator: ", ")), which setting it up needs; install that there")
        }
        if let mark = check.mark, mark.instance != request.instanceID { throw Self.taken(mark, request) }
        try Self.checkDocker(check, refuse)
        missing = programs.filter { check.files["./" + $0.path] != $0.digest && !$0.isLink }
        // Links have no content to compare: they go with the first file that goes.
        if !missing.isEmpty { missing += programs.filter(\.isLink) }
        try Self.checkSpace(check, missing, refuse)
        switch HostAddresses.choose(
            check.addresses, wanted: request.internalIP, network: request.network, login: check.loginAddress)
        {
        case .address(let ip): internalIP = ip
        case .none: internalIP = nil
        case .refused(let words): throw refuse(words)
        }
        isDone =
            missing.isEmpty && Self.isWritten(check, files) && check.hasKey && check.mark != nil
            && check.report?.isOwnBuild == true
            && check.report?.info?.runtime == "docker"
        try Self.checkPort(check.report, isOurs: check.mark != nil, request)
    }

    /// Whether every file is there with the digest that it is to have.
    static func isWritten(_ check: HostCheck, _ files: [String: String]) -> Bool {
        let folder = HostLayout.folder + "/"
        return files.allSatisfy { path, digest in
            check.files[path.hasPrefix(folder) ? "./" + path.dropFirst(folder.count) : path] == digest
        }
    }

    private static func checkRights(
        _ check: HostCheck, _ refuse: (String) -> HostSetupError
    ) throws(HostSetupError) {
        switch check.root {
        case .isRoot, .bySudo: return
        case .noSudo:
            throw refuse(
                "user '\(check.user)' is not root, and there is no sudo; install sudo and let '\(check.user)' use it "
                    + "without a password, or name the user root")
        case .denied(let words):
            throw refuse(
                "user '\(check.user)' may not use sudo without a password (\(words)); let it by a line "
                    + "'\(check.user) ALL=(ALL) NOPASSWD: ALL' in /etc/sudoers.d, or name another user")
        }
    }

    private static func checkDocker(
        _ check: HostCheck, _ refuse: (String) -> HostSetupError
    ) throws(HostSetupError) {
        switch check.docker {
        case .running, .unasked: return
        case .notInstalled:
            throw refuse(
                "has no Docker; install it there (https://docs.docker.com/engine/install, or Debian's package "
                    + "docker.io) and apply again")
        case .silent(let words):
            throw refuse(
                "has Docker, and its engine does not answer (\(words)); start it there "
                    + "(systemctl start docker) and apply again")
        }
    }

    private static func checkSpace(
        _ check: HostCheck, _ missing: [HostProgram], _ refuse: (String) -> HostSetupError
    ) throws(HostSetupError) {
        let need = missing.isEmpty ? 0 : missing.reduce(0) { $0 + $1.size } >> 20 + spareMib
        if let space = check.programsSpace, space.freeMib < need {
            throw refuse(
                "has \(space.freeMib) MiB free on '\(space.mount)', and the programs for \(HostLayout.folder) need "
                    + "\(need) MiB; make room there")
        }
        if let space = check.dockerSpace, space.freeMib < dockerMib {
            throw refuse(
                "has \(space.freeMib) MiB free on '\(space.mount)', where Docker keeps images and containers; make "
                    + "room there (docker system prune), \(dockerMib) MiB at least")
        }
    }

    static func taken(_ mark: HostMark, _ request: HostSetupRequest) -> HostSetupError {
        HostSetupError(
            hostname: request.hostname,
            detail: "is the host of another fleet already: \(mark.words); this one is instance \(request.instanceID). "
                + "Delete it there first (dstack fleet delete); where that server is gone, run "
                + "'sudo \(HostLayout.uninstall)' on the host, which ends its jobs")
    }

    /// Whether what has the shim's port can be replaced.
    ///
    /// - Parameter isOurs: it was set up by the same instance.
    static func checkPort(
        _ report: ShimReport?, isOurs: Bool, _ request: HostSetupRequest
    ) throws(HostSetupError) {
        func refuse(_ detail: String) -> HostSetupError { HostSetupError(hostname: request.hostname, detail: detail) }
        guard let report, report.isTaken else { return }
        guard let health = report.health, health.service == "dstack-shim" else {
            throw refuse(
                "has another service on port \(HostLayout.shimPort) of its loopback, which dstack-shim needs; "
                    + "'ss -ltnp sport = :\(HostLayout.shimPort)' names it: end it there")
        }
        if isOurs { return }
        guard let tasks = report.liveTasks else {
            throw refuse(
                "runs a dstack-shim of version '\(health.version)' that does not tell whether it has jobs; end it there "
                    + "(systemctl disable --now dstack-shim) and apply again")
        }
        guard tasks == 0 else {
            throw refuse(
                "runs a dstack-shim of version '\(health.version)' for another server, with \(tasks) "
                    + "\(tasks == 1 ? "job" : "jobs"); let them end or stop them, and apply again")
        }
    }

    /// Whether the shim that runs is replaced: another build, or other variables, where no job needs it.
    static func replaces(_ report: ShimReport?, isWritten: Bool) -> Bool {
        guard let report, report.isTaken else { return false }
        if report.isOwnBuild && isWritten { return false }
        return report.liveTasks == 0
    }

    func facts(_ check: HostCheck, _ info: ShimInstanceInfo?) -> HostFacts {
        var version: String?
        if case .running(let told) = check.docker { version = told }
        return HostFacts(
            resources: Resources(
                cpus: check.cpus, memoryMib: check.memoryMib, gpus: check.gpus, spot: false,
                disk: Disk(sizeMib: check.dockerSpace?.totalMib ?? 0),
                cpuArch: check.machine == "x86_64" ? .x86 : .arm),
            internalIP: internalIP, shimPort: HostLayout.shimPort,
            gpuDriver: check.gpuDriver ?? info?.gpuDriverVersion, dockerVersion: info?.runtimeVersion ?? version)
    }
}
