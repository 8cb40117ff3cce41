#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Backends
import Store
import Wire

extension InstanceRecord {
    /// What dstack calls a machine that is reached over SSH.
    private static let typeName = "instance"

    /// Takes in a transition.
    ///
    /// - Parameters:
    ///   - facts: what the host turned out to have, with the transition that ends its set-up.
    ///   - access: how it is reached from then on.
    mutating func take(_ machine: InstanceMachine, facts: HostFacts?, access: HostAccess?, _ now: Timestamp) {
        status = machine.status.rawValue
        isUnreachable = machine.isUnreachable
        // These values always encode.
        if machine.isHost { state = try? JSON.encode(machine) }
        if let ending = machine.ending {
            terminationReason = ending.reason.rawValue
            terminationMessage = ending.message
        }
        if let facts, let access {
            instanceType = (try? JSON.encode(InstanceType(name: Self.typeName, resources: facts.resources))) ?? []
            connection = try? JSON.encode(access)
            slots = access.blocks.count(of: facts.resources) ?? 1
            internalIP = facts.internalIP
            gpuDriver = facts.gpuDriver
        }
        if case .terminated(let ending) = machine.state {
            finishedAt = now
            isDeleted = ending.reason == .terminatedByUser
            // What opened it is not needed any more. Of one that failed its user still sees where it is.
            let access = connection.flatMap { try? JSONDecoder().decode(HostAccess.self, from: Data($0)) }
            connection = isDeleted ? nil : access.flatMap { try? JSON.encode($0.bare) }
        }
    }
}

extension InstanceMachine {
    /// What its user is told of a transition; nil for nothing.
    func news(from: InstanceStatus, wasUnreachable: Bool) -> String? {
        if status == from {
            if isUnreachable == wasUnreachable { return nil }
            return isUnreachable ? "Instance became unreachable" : "Instance is reachable again"
        }
        var text = "Instance status changed \(from.rawValue.uppercased()) -> \(status.rawValue.uppercased())"
        if let ending {
            text += ". Termination reason: \(ending.reason.rawValue.uppercased())"
            if let message = ending.message { text += " (\(message))" }
        }
        return text
    }
}
