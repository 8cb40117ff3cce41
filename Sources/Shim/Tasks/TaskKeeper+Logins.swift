/// Who may log in to the host, for as long as the task lives for which that is.
extension TaskKeeper {
    /// Lets in whom the task's request names. That it cannot is no reason for the task not to run: its server's own client
    /// needs no login to the host.
    func admit(_ record: ContainerRecord) {
        guard let login = record.request.login else { return }
        do {
            try AuthorizedKeysFile(user: login.user).change { login.added(to: $0, task: record.id) }
        } catch {
            log.warning("task \(record.id): its users cannot log in to this host: \(error)")
        }
    }

    /// Lets them in no more.
    func dismiss(_ record: ContainerRecord) {
        guard let login = record.request.login else { return }
        do {
            try AuthorizedKeysFile(user: login.user).change { HostLogin.removed(from: $0, task: record.id) }
        } catch {
            log.warning("task \(record.id): the keys of its users are still in authorized_keys: \(error)")
        }
    }
}
