/// The tables from which the refusals and docs/compatibility.md are made. A property that is in none of
/// them is a mistake that a test finds.
extension Served {
    /// Types of configurations that are refused as a whole.
    static let refusedTypes: [String: String] = [
        "service": "services need a proxy in front of the run, which this server does not have yet; use a task",
        "volume": "volumes are not served yet; a task on this machine can use its directories directly",
        "gateway": "gateways are not served yet",
        "preset": "presets are not served",
    ]

    private static let needsDocker = "needs a Docker Engine on the machine; without one it is refused by name"
    private static let needsCloud =
        "this server has no cloud backends yet, only this machine; leave it out"
    private static let throughServer =
        "forwarded through the server, not over SSH; a local port that is taken is replaced, and the client says so"
    private static let nodesTogether =
        "several nodes run side by side on this machine, each with an address of its own, and get their slots all"
        + " together or none"

    /// Properties that tasks, dev environments and services share.
    static let base: [ServedProperty] = [
        ServedProperty("name", .served),
        ServedProperty("image", .differs(needsDocker)),
        ServedProperty(
            "user", .differs("a user of this machine; only a server that runs as root can run a job as another one")),
        ServedProperty("privileged", .differs(needsDocker)),
        ServedProperty("entrypoint", .served),
        ServedProperty("working_dir", .served),
        ServedProperty("home_dir", .served),
        ServedProperty("registry_auth", .differs(needsDocker)),
        ServedProperty(
            "python",
            .differs("an environment in the job's home, by uv or an interpreter of that version, whichever is there")),
        ServedProperty("nvcc", .differs(needsDocker)),
        ServedProperty("single_branch", .served),
        ServedProperty("env", .served),
        ServedProperty("shell", .served),
        ServedProperty("resources", .differs("a default that this machine does not meet does not rule it out")),
        ServedProperty("resources.cpu", .differs("an upper bound is also the limit of a container")),
        ServedProperty("resources.memory", .differs("an upper bound is also the limit of a container")),
        ServedProperty(
            "resources.shm_size",
            .differs("for containers; a process shares the machine's /dev/shm, whose size is not changed")),
        ServedProperty("resources.gpu", .served),
        ServedProperty(
            "resources.gpu.compute_capability",
            .refused("the compute capability of a GPU is not looked at yet; name the models that will do instead")),
        ServedProperty("resources.disk", .differs("the disk is the file system of the server's directory")),
        ServedProperty("priority", .served),
        ServedProperty(
            "volumes",
            .differs("directories of the machine, for containers; network volumes are refused")),
        ServedProperty("docker", .differs(needsDocker)),
        ServedProperty(
            "repos",
            .differs("the newest commit alone is cloned, without history, unless `single_branch: false` asks for all")),
        ServedProperty("files", .served),
        ServedProperty(
            "dstack", .refused("the server is not reachable from inside a run yet; leave it out"), harmless: [false]),
        ServedProperty("setup", .served),
    ]

    /// Properties of tasks only.
    static let task: [ServedProperty] = [
        ServedProperty("type", .served),
        ServedProperty("nodes", .differs(nodesTogether)),
        ServedProperty("groups", .differs(nodesTogether)),
        ServedProperty("groups.ports", .differs(throughServer)),
        ServedProperty("ports", .differs(throughServer)),
        ServedProperty("commands", .served),
    ]

    private static let needsCloudFleet =
        "fleets of cloud instances are not served yet: this server has no cloud backends; name hosts of yours in ssh_config"

    /// Properties of fleets.
    static let fleet: [ServedProperty] = [
        ServedProperty("type", .served),
        ServedProperty("name", .served),
        ServedProperty("placement", .served),
        ServedProperty("blocks", .served),
        ServedProperty(
            "ssh_config",
            .differs(
                "two fleets can name hosts of one address by other ports or jump hosts; apply in place sets up all hosts that are"
                    + " not ready, also with another key, and waits for a host that is still being given back")),
        ServedProperty("env", .served),
        ServedProperty("nodes", .refused(needsCloudFleet)),
        ServedProperty("reservation", .refused(needsCloudFleet)),
        ServedProperty("resources", .refused(needsCloudFleet)),
        ServedProperty("backends", .refused(needsCloudFleet)),
        ServedProperty("regions", .refused(needsCloudFleet)),
        ServedProperty("availability_zones", .refused(needsCloudFleet)),
        ServedProperty("instance_types", .refused(needsCloudFleet)),
        ServedProperty("spot_policy", .refused(needsCloudFleet)),
        ServedProperty("retry", .refused(needsCloudFleet)),
        ServedProperty("max_price", .refused(needsCloudFleet)),
        ServedProperty("idle_duration", .refused("hosts of yours are never given back by themselves; leave it out")),
        ServedProperty("tags", .refused(needsCloudFleet)),
        ServedProperty("backend_options", .refused(needsCloudFleet)),
    ]

    /// Properties of dev environments only.
    static let devEnvironment: [ServedProperty] = [
        ServedProperty("type", .served),
        ServedProperty("ide", .served),
        ServedProperty(
            "version", .differs("where the server of that version cannot be had, the environment begins without it")),
        ServedProperty("init", .served),
        ServedProperty(
            "inactivity_duration",
            .differs(
                "counts connections by SSH, to ports, and attached clients; at its end the run is stopped gracefully")),
        ServedProperty("ports", .differs(throughServer)),
    ]

    /// What a profile has besides its parameters.
    static let profileNames: [ServedProperty] = [
        ServedProperty("name", .served), ServedProperty("default", .served),
    ]

    /// Profile parameters, in a profile or flat in a run configuration.
    static let profile: [ServedProperty] = [
        ServedProperty("backends", .refused(needsCloud), harmless: [["remote"]]),
        ServedProperty("regions", .refused(needsCloud), harmless: [["local"], ["remote"]]),
        ServedProperty("availability_zones", .refused(needsCloud)),
        ServedProperty("instance_types", .refused(needsCloud)),
        ServedProperty("reservation", .refused(needsCloud)),
        ServedProperty("spot_policy", .served),
        ServedProperty("retry", .served),
        ServedProperty("max_duration", .served),
        ServedProperty(
            "stop_duration", .differs("unset, a run is forced to end 10 s after a stop, as dstack's runner does")),
        ServedProperty("max_price", .served),
        ServedProperty("creation_policy", .served),
        ServedProperty("idle_duration", .differs("this machine is never given back")),
        ServedProperty(
            "utilization_policy", .differs("nothing is decided over a window in which samples are missing for a minute")
        ),
        ServedProperty("startup_order", .served),
        ServedProperty("stop_criteria", .served),
        ServedProperty(
            "schedule",
            .differs(
                "an expression that never comes is refused, and so are a step behind names (`mon-fri/2`), a number beside"
                    + " one (`mon-5`) and text behind `last`, of which dstack's scheduler reads the first part alone")),
        ServedProperty("fleets", .differs("of the run's own project, others are refused; `local` is this machine")),
        ServedProperty(
            "instances", .differs("of the run's own project, others are refused; `local-0` is this machine")),
        ServedProperty("tags", .served),
        ServedProperty("backend_options", .refused(needsCloud)),
    ]
}
