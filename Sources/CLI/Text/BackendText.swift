import Wire

/// Backends as the user knows them: machines of one's own are `ssh`, this server's own machine is `local`.
enum BackendText {
    static func of(_ backend: BackendType?, region: String?) -> String {
        guard let backend else {
            return "-"
        }
        if isLocal(backend, region: region) {
            return "local"
        }
        let name = backend == .remote ? "ssh" : backend.rawValue
        guard let region, !region.isEmpty else {
            return name
        }
        return "\(name) (\(region))"
    }

    /// The backend without its region.
    static func name(_ backend: BackendType?, region: String?) -> String {
        isLocal(backend, region: region) ? "local" : of(backend, region: nil)
    }

    /// On the wire the server's own machine is a remote one in the region `local`: the API has no name for it.
    static func isLocal(_ backend: BackendType?, region: String?) -> Bool {
        backend == .remote && region == "local"
    }
}
