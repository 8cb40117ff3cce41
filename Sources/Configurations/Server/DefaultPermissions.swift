import Wire

/// What users may do who are no admins: `default_permissions` of the server's `config.yml`.
public struct DefaultPermissions: Sendable, Hashable {
    /// Whether users create projects of their own.
    public var canCreateProjects = true
    /// Whether a project's members who are not its admins add and delete SSH fleets.
    public var canManageSSHFleets = true
    /// Whether a project's managers see and change its secrets, as its admins do.
    public var canManagersManageSecrets = false

    /// dstack's defaults.
    public init() {}
}

extension DefaultPermissions: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case allowNonAdminsCreateProjects = "allow_non_admins_create_projects"
        case allowNonAdminsManageSSHFleets = "allow_non_admins_manage_ssh_fleets"
        case allowManagersManageSecrets = "allow_managers_manage_secrets"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        canCreateProjects = try fields.value(.allowNonAdminsCreateProjects, default: true)
        canManageSSHFleets = try fields.value(.allowNonAdminsManageSSHFleets, default: true)
        canManagersManageSecrets = try fields.value(.allowManagersManageSecrets, default: false)
    }
}
