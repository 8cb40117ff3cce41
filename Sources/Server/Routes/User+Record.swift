import Store
import Wire

extension User {
    /// A user as others see it.
    init(record: UserRecord) {
        self.init(
            id: record.id, username: record.name, createdAt: record.createdAt, globalRole: record.globalRole,
            email: record.email, active: record.isActive, permissions: .init(canCreateProjects: true),
            sshPublicKey: record.keys.publicKey)
    }
}

extension UserWithCreds {
    /// A user as itself and the admin see it.
    init(record: UserRecord) {
        self.init(
            id: record.id, username: record.name, createdAt: record.createdAt, globalRole: record.globalRole,
            email: record.email, active: record.isActive, permissions: .init(canCreateProjects: true),
            sshPublicKey: record.keys.publicKey, creds: .init(token: record.token),
            sshPrivateKey: record.keys.privateKey)
    }
}
