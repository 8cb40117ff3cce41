/// The tables from which the refusals and docs/compatibility.md are made. A property that is in none of
/// them is a mistake that a test finds.
extension Served {
    /// Types of configurations that are refused as a whole.
    static let refusedTypes: [String: String] = [
        "dev-environment": "dev environments need SSH into the run, which this server does not open yet; use a task",
        "service": "services need a proxy in front of the run, which this server does not have yet; use a task",
        "fleet": "fleets cannot be created on this server yet; it has the fleet 'local', which is this machine",
        "volume": "volumes are not served yet; a task on this machine can use its directories directly",
        "gateway": "gateways are not served yet",
        "preset": "presets are not served",
    ]

    private static let needsDocker =
        "there is no Docker on this server yet; commands run as processes of the machine, so leave it out"
    private static let needsCloud =
        "this server has no cloud backends yet, only this machine; leave it out"
    private static let needsSSH =
        "ports are forwarded over SSH, which is not served yet; a run's ports are open on its own address"
    private static let nodesTogether =
        "several nodes run side by side on this machine, each with an address of its own, and get their slots all"
        + " together or none"

    /// Properties that tasks, dev environments and services share.
    static let base: [ServedProperty] = [
        ServedProperty("name", .served),
        ServedProperty("image", .refused(needsDocker)),
        ServedProperty(
            "user", .differs("a user of this machine; only a server that runs as root can run a job as another one")),
        ServedProperty("privileged", .refused(needsDocker), harmless: [false]),
        ServedProperty("entrypoint", .served),
        ServedProperty("working_dir", .served),
        ServedProperty("home_dir", .served),
        ServedProperty("registry_auth", .refused(needsDocker)),
        ServedProperty(
            "python",
            .refused("Python environments are not made yet; leave it out and call an interpreter of this machine")),
        ServedProperty("nvcc", .refused(needsDocker), harmless: [false]),
        ServedProperty("single_branch", .served),
        ServedProperty("env", .served),
        ServedProperty("shell", .served),
        ServedProperty("resources", .differs("a default that this machine does not meet does not rule it out")),
        ServedProperty("resources.cpu", .served),
        ServedProperty("resources.memory", .served),
        ServedProperty(
            "resources.shm_size", .differs("a process shares the machine's /dev/shm; its size is not changed")),
        ServedProperty("resources.gpu", .served),
        ServedProperty(
            "resources.gpu.compute_capability",
            .refused("the compute capability of a GPU is not looked at yet; name the models that will do instead")),
        ServedProperty("resources.disk", .differs("the disk is the file system of the server's directory")),
        ServedProperty("priority", .served),
        ServedProperty(
            "volumes", .refused("nothing is mounted into a process; use the machine's directories directly")),
        ServedProperty("docker", .refused(needsDocker), harmless: [false]),
        ServedProperty(
            "repos", .refused("Git repositories are not checked out yet; send the directory with `files`")),
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
        ServedProperty("groups.ports", .refused(needsSSH)),
        ServedProperty("ports", .refused(needsSSH)),
        ServedProperty("commands", .served),
    ]

    /// What a profile has besides its parameters.
    static let profileNames: [ServedProperty] = [
        ServedProperty("name", .served), ServedProperty("default", .served),
    ]

    /// Profile parameters, in a profile or flat in a run configuration.
    static let profile: [ServedProperty] = [
        ServedProperty("backends", .refused(needsCloud), harmless: [["remote"]]),
        ServedProperty("regions", .refused(needsCloud), harmless: [["local"]]),
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
        ServedProperty("utilization_policy", .refused("GPU utilization is not watched yet; leave it out")),
        ServedProperty("startup_order", .served),
        ServedProperty("stop_criteria", .served),
        ServedProperty("schedule", .refused("runs are not started by schedule yet; submit the run when it is due")),
        ServedProperty(
            "fleets", .refused("there is one fleet, 'local'"), harmless: [[["project": nil, "name": "local"]]]),
        ServedProperty("instances", .refused("there is one instance, this machine; leave it out")),
        ServedProperty("tags", .served),
        ServedProperty("backend_options", .refused(needsCloud)),
    ]
}
