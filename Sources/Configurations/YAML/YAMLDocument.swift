import Wire
import Yams

/// A YAML text as a value, with the place of every part of it.
public struct YAMLDocument: Sendable {
    /// A place in the text, both counted from 1.
    public struct Location: Sendable, Hashable {
        public var line: Int
        public var column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// The whole as a value.
    public let value: JSONValue
    private let locations: [[WireDecodingError.Step]: Location]

    /// How many values a document may have once its aliases are filled in.
    static let maximumValueCount = 50_000

    /// How deep lists and mappings may lie in one another.
    static let maximumDepth = 64

    /// - Parameter file: the name of the file, for errors.
    public init(text: String, file: String) throws(ConfigurationError) {
        let root: Node?
        do {
            // The parser takes a byte order mark for a part of the first name.
            let bare = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
            root = try Yams.compose(yaml: bare)
        } catch {
            throw ConfigurationError(file: file, problems: [Problem(yamlError: error)])
        }
        guard let root else {
            throw ConfigurationError(file: file, problems: [Problem(message: "the file is empty")])
        }
        var reader = NodeReader()
        do throws(Problem) {
            value = try reader.value(of: root, at: [])
        } catch {
            throw ConfigurationError(file: file, problems: [error])
        }
        locations = reader.locations
    }

    /// Where the value at a path stands, or the nearest one around it that does.
    public func location(of path: [WireDecodingError.Step]) -> Location? {
        var path = path[...]
        while true {
            if let location = locations[Array(path)] { return location }
            guard !path.isEmpty else { return nil }
            path.removeLast()
        }
    }
}

/// Turns the parser's nodes into a value and notes where each stood.
private struct NodeReader {
    var locations: [[WireDecodingError.Step]: YAMLDocument.Location] = [:]
    private var count = 0

    mutating func value(of node: Node, at path: [WireDecodingError.Step]) throws(Problem) -> JSONValue {
        count += 1
        let location = node.mark.map { YAMLDocument.Location(line: $0.line, column: $0.column) }
        if count > YAMLDocument.maximumValueCount {
            throw Problem(location: location, path: "", message: "the file is too large once its aliases are filled in")
        }
        if path.count > YAMLDocument.maximumDepth {
            throw Problem(location: location, path: "", message: "lists and mappings are nested too deeply")
        }
        if locations[path] == nil, let location { locations[path] = location }
        switch node {
        case .scalar(let scalar): return try self.scalar(scalar, location)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for (index, item) in sequence.enumerated() {
                items.append(try value(of: item, at: path + [.index(index)]))
            }
            return .array(items)
        case .mapping(let mapping): return .object(try members(of: mapping, at: path))
        case .alias: throw Problem(location: location, path: "", message: "this alias has no anchor")
        }
    }

    private mutating func members(
        of mapping: Node.Mapping, at path: [WireDecodingError.Step]
    ) throws(Problem) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var merged: [JSONValue.Member] = []
        for (key, value) in mapping {
            let location = key.mark.map { YAMLDocument.Location(line: $0.line, column: $0.column) }
            guard case .scalar(let scalar) = key else {
                throw Problem(location: location, path: "", message: "the name of a property must be a plain text")
            }
            if scalar.string == "<<", scalar.style == .plain {
                merged += try mergedMembers(from: value, at: path, location)
                continue
            }
            let name = try self.scalar(scalar, location)
            let step = path + [.name(scalar.string)]
            locations[step] = location
            guard case .string(let text) = name else {
                // `on: x` or `8: x`: Python would have a boolean or a number as the key.
                members.append(.init(scalar.string, try self.value(of: value, at: step)))
                continue
            }
            members.append(.init(text, try self.value(of: value, at: step)))
        }
        return merged.filter { old in !members.contains { $0.name == old.name } } + members
    }

    /// The members that `<<: *other` brings in.
    private mutating func mergedMembers(
        from node: Node, at path: [WireDecodingError.Step], _ location: YAMLDocument.Location?
    ) throws(Problem) -> [JSONValue.Member] {
        let sources: [Node] = node.sequence.map(Array.init) ?? [node]
        var result: [JSONValue.Member] = []
        for source in sources {
            guard case .mapping(let mapping) = source else {
                throw Problem(location: location, path: "", message: "<< takes a mapping or a list of mappings")
            }
            // Of several sources the first that has a name wins.
            let members = try members(of: mapping, at: path)
            result += members.filter { new in !result.contains { $0.name == new.name } }
        }
        return result
    }

    private func scalar(_ scalar: Node.Scalar, _ location: YAMLDocument.Location?) throws(Problem) -> JSONValue {
        let isPlain = scalar.style == .plain || scalar.style == .any
        switch scalar.tag.description {
        case "" where isPlain: return PlainScalar.value(of: scalar.string)
        case "", "!", "tag:yaml.org,2002:str": return .string(scalar.string)
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
            return PlainScalar.value(of: scalar.string)
        case let tag: throw Problem(location: location, path: "", message: "the tag \(tag) is not understood")
        }
    }
}
