/// What a member may do in a project.
public struct MemberPermissions: Codable, Sendable, Hashable {
    /// Whether the member may add and delete SSH fleets.
    public var canManageSshFleets: Bool
    /// Whether the member may read and write secrets.
    public var canManageSecrets: Bool

    public init(canManageSshFleets: Bool, canManageSecrets: Bool = false) {
        self.canManageSshFleets = canManageSshFleets
        self.canManageSecrets = canManageSecrets
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case canManageSshFleets = "can_manage_ssh_fleets"
        case canManageSecrets = "can_manage_secrets"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        canManageSshFleets = try fields.required(.canManageSshFleets)
        canManageSecrets = try fields.value(.canManageSecrets, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(canManageSshFleets, forKey: .canManageSshFleets)
        try container.encode(canManageSecrets, forKey: .canManageSecrets)
    }
}
