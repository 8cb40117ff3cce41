/// The networks that containers of one run share, made and deleted one after the other: the engine, asked for one name
/// twice at once, makes two of it, and then starts no container in either.
actor RunNetworks {
    private let engine: DockerEngine
    private var last: Task<Void, Never>?

    init(engine: DockerEngine) {
        self.engine = engine
    }

    /// Makes the network, unless it is there.
    func prepare(_ name: String, label: String) async throws(DockerError) {
        try await inOrder { [engine] () async throws(DockerError) in
            if try await engine.hasNetwork(name) { return }
            try await engine.createNetwork(name, label: label)
        }
    }

    /// Deletes the network, unless a container still uses it.
    func release(_ name: String) async throws(DockerError) {
        try await inOrder { [engine] () async throws(DockerError) in try await engine.removeNetwork(name) }
    }

    private func inOrder(_ body: @escaping @Sendable () async throws(DockerError) -> Void) async throws(DockerError) {
        let before = last
        let own = Task { () async -> DockerError? in
            await before?.value
            do throws(DockerError) {
                try await body()
                return nil
            } catch {
                return error
            }
        }
        last = Task { _ = await own.value }
        if let error = await own.value { throw error }
    }
}
