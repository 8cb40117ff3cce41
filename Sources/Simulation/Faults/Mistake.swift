import Foundation
import Store
import Wire

/// Mistakes that an engine could have, planted at its seams: the checks have to find each of them.
public enum Mistake: String, Sendable, CaseIterable {
    /// A job's checkpoint is acknowledged and not written.
    case skippedCheckpoint
    /// A write is acknowledged before it is made, so that effects run ahead of it.
    case earlyAnswer
    /// A message to another actor is not written with the checkpoint.
    case lostMessage
    /// A finished job does not give its slot back.
    case keptSlot
    /// A transition is written without its event.
    case missingEvent
    /// The log takes a piece again that it has.
    case doubledLog
    /// A log that meets a full disk is given up instead of waited for.
    case impatientLog
    /// The runner starts its job again when it is asked again.
    case repeatedRun
    /// The queue for slots is not told of a new priority.
    case deafScheduler
    /// An update is acknowledged without its specification.
    case lostUpdate
    /// Submissions that found no capacity are kept.
    case keptSubmissions
    /// A node's slot is claimed without those of the others.
    case partedGang
    /// A node takes others for begun that have no address yet.
    case hastyNode
    /// A node takes others for begun once they have an address.
    case hurriedWorker
    /// A run with a schedule waits for a moment that is not the schedule's.
    case hastySchedule
    /// A moment's jobs are submitted, and that it had its start is not written.
    case forgottenStart

    /// The end of a fleet is told by who ends it as well.
    case doubledEnd
    /// An instance that is to go is not closed.
    case keptInstance
    /// A removal that is repeated does not know that nothing but the key was left.
    case forgottenCleaning
    /// A host is told to have twice as many blocks as it has, each as large.
    case doubledBlocks
    /// The hosts of all fleets are taken for those of one.
    case mergedFleets
    /// Hosts that are not connected are taken for a cluster.
    case looseCluster

    /// The change as the mistake writes it.
    func spoil(_ change: Change, _ dice: Dice) -> Change {
        var change = change
        switch self {
        case .skippedCheckpoint:
            if dice.chance(1, in: 10) {
                change.writes.removeAll { if case .updateJob = $0 { true } else { false } }
            }
        case .lostMessage:
            change.writes.removeAll { if case .insertMessage = $0 { true } else { false } }
        case .keptSlot:
            change.writes.removeAll { if case .release = $0 { true } else { false } }
        case .missingEvent:
            if dice.chance(1, in: 10) { change.events.removeAll() }
        case .lostUpdate:
            change.writes.removeAll { if case .redeploy = $0 { true } else { false } }
        case .keptSubmissions:
            change.writes.removeAll { if case .deleteJob = $0 { true } else { false } }
        case .partedGang:
            let own = change.writes.compactMap { if case .updateJob(let job) = $0 { job.id } else { nil } }
            change.writes.removeAll { if case .claim(let jobID, _, _) = $0 { !own.contains(jobID) } else { false } }
        case .hastySchedule:
            change.writes = change.writes.map { write in
                guard case .insertRun(var run) = write, let moment = run.nextTriggeredAt else { return write }
                let early = moment.advanced(by: .seconds(-20))
                run.state = Array(
                    String(decoding: run.state, as: UTF8.self)
                        .replacing(moment.description, with: early.description).utf8)
                return .insertRun(run)
            }
        case .forgottenStart:
            let isStart = change.events.contains { $0.message.contains("by schedule") }
            if isStart, dice.chance(1, in: 4) {
                change.writes.removeAll { if case .updateRun = $0 { true } else { false } }
            }
        case .doubledBlocks:
            change.writes = change.writes.map { write in
                guard case .updateInstance(let instance) = write else { return write }
                return .updateInstance(instance.doubled)
            }
        case .doubledEnd:
            for case .concludeFleet(let id, let stamp) in change.writes {
                change.events.append(
                    EventDraft(
                        id: stamp.id + "-again", kind: .fleet, recordedAt: stamp.recordedAt, projectID: nil,
                        subjectID: id, from: "terminating", to: "terminated", message: "Fleet ended"))
            }
        case .keptInstance:
            change.writes.removeAll { if case .closeInstance = $0 { true } else { false } }
        case .earlyAnswer, .doubledLog, .impatientLog, .repeatedRun, .deafScheduler, .hastyNode, .hurriedWorker,
            .mergedFleets, .looseCluster, .forgottenCleaning:
            break
        }
        return change
    }

    /// A job's row as the mistake reads it.
    func spoil(_ job: JobRecord) -> JobRecord {
        let state = String(decoding: job.state, as: UTF8.self)
        var job = job
        if self == .hurriedWorker {
            job.state = Array(state.replacing(#""hasStarted":false"#, with: #""hasStarted":true"#).utf8)
        }
        guard self == .hastyNode, !state.contains(#""node":"#) else { return job }
        job.state = Array((#"{"node":{"address":"nowhere","hasStarted":true},"# + state.dropFirst()).utf8)
        return job
    }

    /// The instances' rows as the mistake reads them.
    func spoil(_ instances: [InstanceRecord]) -> [InstanceRecord] {
        guard self == .mergedFleets, let first = instances.first(where: { $0.connection != nil }) else {
            return instances
        }
        return instances.map { $0.connection == nil ? $0 : $0.moved(to: first.fleetID) }
    }

    /// The fleets' rows as the mistake reads them.
    func spoil(_ fleets: [FleetRecord]) -> [FleetRecord] {
        guard self == .looseCluster else { return fleets }
        return fleets.map { fleet in
            var fleet = fleet
            let spec = String(decoding: fleet.spec, as: UTF8.self)
            fleet.spec = Array(spec.replacing(#""placement":"any""#, with: #""placement":"cluster""#).utf8)
            return fleet
        }
    }
}

extension InstanceRecord {
    /// The same in another fleet.
    fileprivate func moved(to fleetID: String) -> InstanceRecord {
        InstanceRecord(
            id: id, projectID: projectID, fleetID: fleetID, name: name, instanceNum: instanceNum, createdAt: createdAt,
            backend: backend, region: region, price: price, instanceType: instanceType, hostname: hostname,
            slots: slots, status: status, isUnreachable: isUnreachable, terminationReason: terminationReason,
            terminationMessage: terminationMessage, finishedAt: finishedAt, state: state, connection: connection,
            internalIP: internalIP, gpuDriver: gpuDriver, health: health, isClosing: isClosing, isDeleted: isDeleted,
            route: route, version: version)
    }

    /// A host that has twice of all; the same where it is none, or told so already.
    fileprivate var doubled: InstanceRecord {
        var record = self
        guard connection != nil, var type = try? JSONDecoder().decode(InstanceType.self, from: Data(instanceType)),
            type.resources.cpus == SimulatedProvisioner.resources().cpus
        else { return self }
        type.resources.cpus *= 2
        type.resources.memoryMib *= 2
        // A value of this type always encodes.
        record.instanceType = (try? JSONEncoder().encode(type)).map { [UInt8]($0) } ?? instanceType
        record.slots *= 2
        return record
    }
}
