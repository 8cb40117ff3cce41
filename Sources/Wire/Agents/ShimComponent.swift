/// A program that a shim keeps on its host.
public struct ShimComponent: Codable, Sendable, Equatable {
    public enum Status: String, Codable, Sendable {
        case notInstalled = "not-installed"
        case installed, installing, error
    }

    /// `dstack-runner` or `dstack-shim`.
    public var name: String
    /// Empty where it is not installed.
    public var version: String
    public var status: Status

    public init(name: String, version: String, status: Status) {
        self.name = name
        self.version = version
        self.status = status
    }
}

/// Answer of the shim's `GET /api/components`.
public struct ShimComponentList: Codable, Sendable, Equatable {
    public var components: [ShimComponent]

    public init(components: [ShimComponent]) {
        self.components = components
    }
}
