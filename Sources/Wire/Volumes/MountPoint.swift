/// What a run mounts: `volume:/path` or `/host/path:/path`.
public enum MountPoint: Sendable, Hashable {
    case volume(VolumeMountPoint)
    case instance(InstanceMountPoint)

    /// Reads the text form; nil where it has not two parts.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        if parts[0].contains("/") {
            self = .instance(InstanceMountPoint(instancePath: parts[0], path: parts[1]))
        } else {
            self = .volume(VolumeMountPoint(name: .one(parts[0]), path: parts[1]))
        }
    }

    /// The path with doubled slashes, `.` parts and a trailing slash dropped.
    ///
    /// - Returns: nil where it is not absolute or has a `..`.
    static func normalized(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return nil }
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { return nil }
        return "/" + parts.joined(separator: "/")
    }
}

extension MountPoint: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            if value["instance_path"] != nil {
                self = .instance(try InstanceMountPoint(from: decoder))
            } else {
                self = .volume(try VolumeMountPoint(from: decoder))
            }
        } else {
            guard case .string(let text) = value, let mount = MountPoint(text) else {
                throw decoder.invalid("expected volume:/path or /host/path:/path, found \(value.excerpt)")
            }
            self = mount
        }
        switch self {
        case .volume(var mount):
            mount.path = try Self.check(mount.path, at: decoder)
            self = .volume(mount)
        case .instance(var mount):
            mount.path = try Self.check(mount.path, at: decoder)
            mount.instancePath = try Self.check(mount.instancePath, at: decoder)
            self = .instance(mount)
        }
    }

    private static func check(_ path: String, at decoder: any Decoder) throws -> String {
        guard let normalized = normalized(path) else {
            throw decoder.invalid("the path '\(path)' must be absolute and without ..")
        }
        return normalized
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .volume(let mount): try mount.encode(to: encoder)
        case .instance(let mount): try mount.encode(to: encoder)
        }
    }
}
