/// What tasks, dev environments and services have in common.
public struct BaseRunConfiguration: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// The name of the container image.
    public var image: String?
    /// The user in the container, `user` or `user:group`.
    public var user: String?
    /// Whether the container gets all of the host's rights.
    public var privileged: Bool
    /// The program that gets the commands.
    public var entrypoint: String?
    /// The directory that the commands start in.
    public var workingDir: String?
    /// No longer used.
    public var homeDir: String
    /// The credentials for the image's registry.
    public var registryAuth: RegistryAuth?
    /// The version of Python, nil for the default.
    public var python: PythonVersion?
    /// Whether the image has NVIDIA's compiler.
    public var nvcc: Bool?
    /// Whether only one branch of the repository is fetched.
    public var singleBranch: Bool?
    /// Environment variables.
    public var env: Env
    /// `sh`, `bash` or an absolute path; nil for bash without an image and sh with one.
    public var shell: String?
    /// What the instance must have.
    public var resources: ResourcesSpec
    /// 0 to 100; higher ones are placed first, nil for 0.
    public var priority: Int?
    /// What the run mounts.
    public var volumes: [MountPoint]
    /// Whether the run gets a Docker daemon of its own.
    public var docker: Bool?
    /// The Git repositories to check out; at most one.
    public var repos: [RepoSpec]
    /// Files and directories to send with the run.
    public var files: [FilePathMapping]
    /// Whether the server can be reached from inside the run.
    public var dstack: Bool
    /// No longer used.
    public var setup: [String]

    public init(
        name: String? = nil, image: String? = nil, user: String? = nil, privileged: Bool = false,
        entrypoint: String? = nil, workingDir: String? = nil, homeDir: String = "/root",
        registryAuth: RegistryAuth? = nil, python: PythonVersion? = nil, nvcc: Bool? = nil,
        singleBranch: Bool? = nil, env: Env = Env(), shell: String? = nil,
        resources: ResourcesSpec = ResourcesSpec(), priority: Int? = nil, volumes: [MountPoint] = [],
        docker: Bool? = nil, repos: [RepoSpec] = [], files: [FilePathMapping] = [], dstack: Bool = false,
        setup: [String] = []
    ) {
        self.name = name
        self.image = image
        self.user = user
        self.privileged = privileged
        self.entrypoint = entrypoint
        self.workingDir = workingDir
        self.homeDir = homeDir
        self.registryAuth = registryAuth
        self.python = python
        self.nvcc = nvcc
        self.singleBranch = singleBranch
        self.env = env
        self.shell = shell
        self.resources = resources
        self.priority = priority
        self.volumes = volumes
        self.docker = docker
        self.repos = repos
        self.files = files
        self.dstack = dstack
        self.setup = setup
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case image
        case user
        case privileged
        case entrypoint
        case workingDir = "working_dir"
        case homeDir = "home_dir"
        case registryAuth = "registry_auth"
        case python
        case nvcc
        case singleBranch = "single_branch"
        case env
        case shell
        case resources
        case priority
        case volumes
        case docker
        case repos
        case files
        case dstack
        case setup
    }

    /// The names of the fields, for the models that hold this one flat.
    static let fieldNames = CodingKeys.allCases.map(\.stringValue)

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(embeddedIn: decoder)
        name = try fields.optional(.name)
        image = try fields.optional(.image)
        user = try fields.optional(.user)
        privileged = try fields.value(.privileged, default: false)
        entrypoint = try fields.optional(.entrypoint)
        workingDir = try fields.optional(.workingDir)
        homeDir = try fields.value(.homeDir, default: "/root")
        registryAuth = try fields.optional(.registryAuth)
        python = try fields.optional(.python)
        nvcc = try fields.optional(.nvcc)
        singleBranch = try fields.optional(.singleBranch)
        env = try fields.value(.env, default: Env())
        shell = try fields.optional(.shell)
        resources = try fields.value(.resources, default: ResourcesSpec())
        priority = try fields.optional(.priority)
        volumes = try fields.value(.volumes, default: [])
        docker = try fields.optional(.docker)
        repos = try fields.value(.repos, default: [])
        files = try fields.value(.files, default: [])
        dstack = try fields.value(.dstack, default: false)
        setup = try fields.value(.setup, default: [])
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(image, forKey: .image)
        try container.encode(user, forKey: .user)
        try container.encode(privileged, forKey: .privileged)
        try container.encode(entrypoint, forKey: .entrypoint)
        try container.encode(workingDir, forKey: .workingDir)
        try container.encode(homeDir, forKey: .homeDir)
        try container.encode(registryAuth, forKey: .registryAuth)
        try container.encode(python, forKey: .python)
        try container.encode(nvcc, forKey: .nvcc)
        try container.encode(singleBranch, forKey: .singleBranch)
        try container.encode(env, forKey: .env)
        try container.encode(shell, forKey: .shell)
        try container.encode(resources, forKey: .resources)
        try container.encode(priority, forKey: .priority)
        try container.encode(volumes, forKey: .volumes)
        try container.encode(docker, forKey: .docker)
        try container.encode(repos, forKey: .repos)
        try container.encode(files, forKey: .files)
        try container.encode(dstack, forKey: .dstack)
        try container.encode(setup, forKey: .setup)
    }
}
