import Wire

/// The difference between a run's specification and a new one that the run can take while it lives.
///
/// Dstack lets its priority and the name of its file change, where the user keeps the same files if their
/// archives are the same, and what it asks of the processor's architecture where it asks for none any more.
public struct RunSpecUpdate: Sendable, Equatable {
    /// Paths of the properties that differ, in the order of the specification.
    public let changedFields: [String]
    /// For how many seconds nobody may be connected to a dev environment, where that changes; nil in it for any time.
    public let inactivity: Int??

    /// - Returns: nil where anything else differs: then the run has to end first.
    public init?(from current: RunSpec, to new: RunSpec) {
        var rest = new
        rest.configurationPath = current.configurationPath
        rest.configuration.base.priority = current.configuration.base.priority
        var fields: [String] = []
        if current.configurationPath != new.configurationPath { fields.append("configuration_path") }
        if current.configuration.base.priority != new.configuration.base.priority {
            fields.append("configuration.priority")
        }
        if case .devEnvironment(var environment) = rest.configuration,
            case .devEnvironment(let old) = current.configuration,
            environment.inactivityDuration != old.inactivityDuration
        {
            inactivity = .some(environment.inactivityDuration)
            environment.inactivityDuration = old.inactivityDuration
            rest.configuration = .devEnvironment(environment)
            fields.append("configuration.inactivity_duration")
        } else {
            inactivity = nil
        }
        // The order of archives counts: one may unpack over another.
        if current.fileArchives == new.fileArchives {
            rest.configuration.base.files = current.configuration.base.files
            if current.configuration.base.files != new.configuration.base.files { fields.append("configuration.files") }
        }
        if let arch = current.configuration.base.resources.cpu.arch, new.configuration.base.resources.cpu.arch == nil {
            rest.configuration.base.resources.cpu.arch = arch
            fields.append("configuration.resources")
        }
        // A mapping in another order is the same mapping.
        if current.configuration.base.env.isSameMapping(as: new.configuration.base.env) {
            rest.configuration.base.env = current.configuration.base.env
        }
        guard rest == current else { return nil }
        changedFields = fields
    }
}

extension Env {
    fileprivate func isSameMapping(as other: Env) -> Bool {
        entries.count == other.entries.count && entries.allSatisfy { other[$0.name] == $0.value }
    }
}
