import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The client's configuration on disk. Reads and writes block: call from a thread that may.
public struct ClientConfigFile: Sendable {
    /// The file's path.
    public let path: String

    /// Creates a reference to a file; nothing is read yet.
    public init(path: String) {
        self.path = path
    }

    /// The file in a user's home directory.
    public init(home: String) {
        self.init(path: home + "/.dstack/config.yml")
    }

    /// Reads the configuration; a file that does not exist holds no projects.
    public func read() throws(ClientConfigError) -> ClientConfig {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return ClientConfig()
        } catch {
            throw ClientConfigError(path: path, problem: .unreadable("\(error)"))
        }
        return try ClientConfig(yaml: String(decoding: data, as: UTF8.self), path: path)
    }

    /// Writes the configuration in one step, so that a reader sees the old or the new file, whole.
    /// Only the user may read it, for it holds tokens.
    public func write(_ config: ClientConfig) throws(ClientConfigError) {
        let text = try config.yaml()
        let manager = FileManager.default
        let directory = URL(filePath: path).deletingLastPathComponent().path
        let scratch = "\(path).\(UInt32.random(in: 0...UInt32.max)).new"
        do {
            try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
            guard
                manager.createFile(
                    atPath: scratch, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            else {
                throw CocoaError(.fileWriteUnknown)
            }
            try manager.replaceItem(scratch, path)
        } catch {
            throw ClientConfigError(path: path, problem: .unwritable("\(error)"))
        }
    }
}

extension FileManager {
    /// Puts the file at `source` in the place of the one at `target`, in one step.
    fileprivate func replaceItem(_ source: String, _ target: String) throws {
        guard rename(source, target) == 0 else {
            try? removeItem(atPath: source)  // Best effort: the rename's failure is what the caller must hear of.
            throw CocoaError(.fileWriteUnknown)
        }
    }
}
