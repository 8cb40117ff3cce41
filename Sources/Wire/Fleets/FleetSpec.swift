/// What the user asks a fleet to be.
public struct FleetSpec: Codable, Sendable, Hashable {
    /// What the user wrote.
    public var configuration: FleetConfiguration
    /// The configuration's file, as the user named it; for display only.
    public var configurationPath: String?
    /// The profile; what the configuration says itself goes before it.
    public var profile: Profile
    /// Kept for old clients; no longer used.
    public var autocreated: Bool

    public init(
        configuration: FleetConfiguration, configurationPath: String? = nil, profile: Profile,
        autocreated: Bool = false
    ) {
        self.configuration = configuration
        self.configurationPath = configurationPath
        self.profile = profile
        self.autocreated = autocreated
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case configuration
        case configurationPath = "configuration_path"
        case profile
        case autocreated
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        configuration = try fields.required(.configuration)
        configurationPath = try fields.optional(.configurationPath)
        profile = try fields.required(.profile)
        autocreated = try fields.value(.autocreated, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(configuration, forKey: .configuration)
        try container.encode(configurationPath, forKey: .configurationPath)
        try container.encode(profile, forKey: .profile)
        try container.encode(autocreated, forKey: .autocreated)
    }
}
