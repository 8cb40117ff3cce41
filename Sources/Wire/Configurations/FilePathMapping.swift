/// A file or directory to send with a run: `local` or `local:path`.
public struct FilePathMapping: Sendable, Hashable {
    /// On the user's machine; relative to the directory of the configuration file.
    public var localPath: String
    /// In the run; relative to its working directory.
    public var path: String

    public init(localPath: String, path: String) {
        self.localPath = localPath
        self.path = path
    }

    /// Reads the text form; nil where it has more than two parts.
    public init?(_ text: String) {
        let parts = PathList.split(text)
        switch parts.count {
        case 1: self.init(localPath: parts[0], path: parts[0])
        case 2: self.init(localPath: parts[0], path: parts[1])
        default: return nil
        }
    }
}

/// Paths joined by colons, where a Windows drive (`C:\`) is no separator.
enum PathList {
    static func split(_ text: String) -> [String] {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, startsWithDrive(parts[0], parts[1]) {
            parts[0] += ":" + parts.remove(at: 1)
        }
        return parts
    }

    static func startsWithDrive(_ first: String, _ second: String) -> Bool {
        guard first.utf8.count == 1, let letter = first.first, letter.isASCII, letter.isLetter else { return false }
        return second.hasPrefix("\\") || second.hasPrefix("/")
    }
}

extension FilePathMapping: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case localPath = "local_path"
        case path
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            self.init(localPath: try fields.required(.localPath), path: try fields.required(.path))
        } else {
            guard case .string(let text) = value, let mapping = FilePathMapping(text) else {
                throw decoder.invalid("expected a path or local:path, found \(value.excerpt)")
            }
            self = mapping
        }
        let parts = PathList.split(path)
        if parts[0].count > 1, parts[0].dropFirst().hasPrefix(":") {
            throw decoder.invalid("the path in the run must be a Unix path, found '\(path)'")
        }
    }
}
