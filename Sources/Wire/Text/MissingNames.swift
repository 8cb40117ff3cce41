/// Fleets and instances that a run names and that are not there, in words that tell which are.
public enum MissingNames {
    /// More than these are counted only.
    private static let most = 10

    /// What of the fleets and instances that a run names is not there; empty where something of each is.
    ///
    /// - Parameters:
    ///   - place: where they were looked for, for example "project main".
    ///   - instances: those of all fleets.
    public static func words(
        fleets: [EntityReference]?, instances: [InstanceSelector]?, in place: String,
        present: [(fleet: String, instances: [Instance])]
    ) -> [String] {
        var words: [String] = []
        if let fleets, !fleets.contains(where: { wanted in present.contains { $0.fleet == wanted.name } }) {
            words.append(
                "no fleet \(either(fleets.map(\.description))) in \(place); \(there("fleet", present.map(\.fleet)))")
        }
        let all = present.flatMap { fleet in fleet.instances.map { (fleet: fleet.fleet, instance: $0) } }
        if let instances,
            !instances.contains(where: { wanted in all.contains { $0.instance.is(wanted, of: $0.fleet) } })
        {
            words.append(
                "no instance \(either(instances.map(\.words))) in \(place); "
                    + there("instance", all.map(\.instance.name)))
        }
        return words
    }

    /// What words need to know of an instance.
    public struct Instance: Sendable, Equatable {
        public var name: String
        public var hostname: String
        public var number: Int

        public init(name: String, hostname: String, number: Int) {
            self.name = name
            self.hostname = hostname
            self.number = number
        }

        /// Whether a selector means this instance.
        ///
        /// - Parameter fleet: the name of its fleet.
        public func `is`(_ selector: InstanceSelector, of fleet: String) -> Bool {
            switch selector {
            case .name(let name): name == self.name
            case .hostname(let hostname): hostname == self.hostname
            case .fleet(let reference, let number): reference.name == fleet && number == self.number
            }
        }
    }

    private static func either(_ names: [String]) -> String {
        names.isEmpty ? "of those named" : names.map { "'\($0)'" }.joined(separator: " or ")
    }

    private static func there(_ noun: String, _ names: [String]) -> String {
        switch names.count {
        case 0: return "there is none"
        case 1: return "there is one \(noun), '\(names[0])'"
        default:
            let shown = names.sorted().prefix(most).map { "'\($0)'" }.joined(separator: ", ")
            let rest = names.count - most
            return "there are: \(shown)" + (rest > 0 ? " and \(rest) more" : "")
        }
    }
}

extension InstanceSelector {
    fileprivate var words: String {
        switch self {
        case .name(let name): name
        case .hostname(let hostname): hostname
        case .fleet(let fleet, let number): "\(fleet)-\(number)"
        }
    }
}
