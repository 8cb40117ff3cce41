import Configurations
import Store
import Wire

extension User {
    /// A user as others see it.
    init(record: UserRecord, _ permissions: DefaultPermissions) {
        self.init(
            id: record.id, username: record.name, createdAt: record.createdAt, globalRole: record.globalRole,
            email: record.email, active: record.isActive, permissions: .init(record, permissions),
            sshPublicKey: record.keys.publicKey)
    }
}

extension UserWithCreds {
    /// A user as itself and the admin see it.
    init(record: UserRecord, _ permissions: DefaultPermissions) {
        self.init(
            id: record.id, username: record.name, createdAt: record.createdAt, globalRole: record.globalRole,
            email: record.email, active: record.isActive, permissions: .init(record, permissions),
            sshPublicKey: record.keys.publicKey, creds: .init(token: record.token),
            sshPrivateKey: record.keys.privateKey)
    }
}

extension UserPermissions {
    init(_ user: UserRecord, _ permissions: DefaultPermissions) {
        self.init(canCreateProjects: permissions.canCreateProjects || user.globalRole == .admin)
    }
}

extension MemberPermissions {
    init(_ user: UserRecord, role: ProjectRole, _ permissions: DefaultPermissions) {
        let isAdmin = user.globalRole == .admin || role == .admin
        self.init(
            canManageSshFleets: permissions.canManageSSHFleets || isAdmin,
            canManageSecrets: isAdmin || (role == .manager && permissions.canManagersManageSecrets))
    }
}
