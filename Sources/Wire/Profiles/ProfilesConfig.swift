/// The file `.dstack/profiles.yml`.
public struct ProfilesConfig: Codable, Sendable, Hashable {
    /// The profiles, in the order of the file.
    public var profiles: [Profile]

    public init(profiles: [Profile]) {
        self.profiles = profiles
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case profiles
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        profiles = try fields.required(.profiles)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(profiles, forKey: .profiles)
    }
}
