import Backends
import Foundation
import JobActors
import Store
import Supervisor
import Wire

/// What is promised of fleets and their hosts.
extension Promises {
    func checkFleets() -> [String] {
        checkInstances() + checkHosts() + checkBlocks() + checkClusters()
    }

    /// Every instance is ready in the end, or gone for a reason that its events tell; so do those of every fleet.
    private func checkInstances() -> [String] {
        var broken: [String] = []
        for instance in tables.instances.values where instance.fleetID != "fleet" {
            let name = "instance \(instance.name)"
            let events = tables.events.map(\.draft).filter { $0.instanceID == instance.id && $0.kind == .instance }
            broken += chain(events.filter { $0.to != nil }, last: instance.status, name)
            switch instance.status {
            case "idle":
                if instance.isClosing { broken.append("\(name) is to go and stays") }
            case "terminated":
                if instance.terminationReason == nil { broken.append("\(name) ended without a reason") }
                if String(decoding: instance.connection ?? [], as: UTF8.self).contains("PRIVATE KEY") {
                    broken.append("\(name) ended and keeps its keys")
                }
                if instance.terminationReason != "terminated_by_user", instance.terminationMessage == nil {
                    broken.append("\(name) failed without a word")
                }
                // Nobody else takes the key out.
                if instance.terminationMessage?.contains(SimulatedProvisioner.shut) == true {
                    broken.append("\(name) was given back, and is told to have something left")
                }
                if let owner = claim(thatStopped: instance) {
                    broken.append("\(name) met the claim of \(owner), whose host it was before")
                }
            default: broken.append("\(name) is neither ready nor gone: \(instance.status)")
            }
            if instance.status == "idle",
                String(decoding: instance.connection ?? [], as: UTF8.self).contains("PRIVATE KEY")
            {
                broken.append("\(name) is set up and keeps its user's key")
            }
        }
        for fleet in tables.fleets.values where fleet.id != "fleet" {
            let name = "fleet \(fleet.name)"
            if fleet.status == "terminating" { broken.append("\(name) is deleted for ever") }
            let events = tables.events.map(\.draft).filter { $0.kind == .fleet && $0.subjectID == fleet.id }
            broken += chain(events, last: fleet.status, name)
            if events.count != (fleet.status == "active" ? 1 : 3) {
                broken.append("\(name) is \(fleet.status) after \(events.count) events")
            }
        }
        return broken
    }

    /// No host is two fleets' here: who has it already is an earlier instance, whose removal is waited for. Where that was
    /// given up, the next one's set-up removes what is left.
    private func claim(thatStopped instance: InstanceRecord) -> String? {
        guard let message = instance.terminationMessage, message.hasPrefix(SimulatedProvisioner.taken) else {
            return nil
        }
        let owner = tables.instances.values.first { message.contains($0.id) }
        return owner?.name ?? "nobody"
    }

    /// A host is set up for the instance that it is, and for none where its fleet no longer names it, unless that was
    /// given up, in words.
    private func checkHosts() -> [String] {
        var broken: [String] = []
        for fleet in fleets {
            for host in Set(fleet.hosts).sorted() {
                let owner = owners[host] ?? nil
                let live = tables.instances.values.filter { $0.hostname == host && $0.status == "idle" }
                if live.count > 1 { broken.append("\(host) is \(live.count) instances at once") }
                if let live = live.first, owner != live.id { broken.append("\(host) is ready and not set up") }
                if !live.isEmpty, !open.contains(host) { broken.append("\(host) is ready and does not let us in") }
                if fleet.last?.contains(host) != true, !live.isEmpty {
                    broken.append("\(host) is no host of \(fleet.name) and stays ready")
                }
                if live.isEmpty, let owner {
                    let message = tables.instances[owner]?.terminationMessage ?? ""
                    if !message.contains("could not be removed") {
                        broken.append("\(host) was given back and something is left on it")
                    }
                }
            }
        }
        return broken
    }

    /// Jobs that run at once on a host need no more than it has.
    private func checkBlocks() -> [String] {
        var broken: [String] = []
        for instance in tables.instances.values where instance.fleetID != "fleet" {
            let on = executions.filter { tables.jobs[$0.submissionID]?.instanceID == instance.id }
            for execution in on {
                let beside = on.filter { other in
                    other.start <= execution.start && other.end.map { $0 > execution.start } ?? true
                }
                let needed = beside.map { cpus(of: $0.submissionID) }.reduce(0, +)
                if needed > SimulatedProvisioner.resources().cpus {
                    broken.append("\(beside.count) jobs that need \(needed) CPUs run at once on \(instance.name)")
                }
            }
        }
        return broken
    }

    private func cpus(of jobID: String) -> Int {
        guard let job = tables.jobs[jobID], let spec = try? JSONDecoder().decode(JobSpec.self, from: Data(job.spec))
        else { return 0 }
        // A node has its host alone.
        if spec.jobsPerReplica > 1 { return SimulatedProvisioner.resources().cpus }
        return spec.requirements.resources.cpu.count.min ?? 0
    }

    /// The nodes of an attempt stand on one fleet, whose hosts are connected.
    private func checkClusters() -> [String] {
        var broken: [String] = []
        for job in tables.jobs.values where job.jobNum > 0 {
            let first = tables.jobs.values.first {
                $0.runID == job.runID && $0.replicaNum == job.replicaNum && $0.submissionNum == job.submissionNum
                    && $0.jobNum == 0
            }
            guard let own = job.instanceID.flatMap({ tables.instances[$0] }),
                let other = first?.instanceID.flatMap({ tables.instances[$0] })
            else { continue }
            if own.fleetID != other.fleetID { broken.append("the nodes of \(job.name) stand on two fleets") }
            guard let fleet = tables.fleets[own.fleetID] else { continue }
            if fleets.first(where: { $0.name == fleet.name })?.isCluster == false {
                broken.append("\(job.name) is a node on hosts that are not connected")
            }
        }
        return broken
    }
}
