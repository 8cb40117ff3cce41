#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Backends
import Store
import Wire

/// The effects: each talks to one peer and posts what came of it. They never touch the actor's state.
extension JobActor {
    typealias Post = @Sendable (JobEvent) async -> Void

    /// - Throws: `CancellationError`, or what ends the actor: it is then rehydrated and owes the effect again.
    nonisolated func perform(_ effect: JobEffect, post: @escaping Post) async throws {
        switch effect {
        case .awaitSlot: try await awaitSlot(post)
        case .submitTask(let instanceID): try await submitTask(instanceID, post)
        case .watchTask(let instanceID): try await watchTask(instanceID, post)
        case .awaitCluster: try await awaitCluster(post)
        case .startRunner(let instanceID, let address, let nodes):
            try await startRunner(instanceID, address, nodes, post)
        case .follow(let instanceID, let address):
            try await RunnerFollower(actor: self, instanceID: instanceID, address: address).run(post)
        case .askActivity(let instanceID, let address):
            try await askActivity(instanceID, address, post)
        case .stopRunner(let instanceID, let address, let grace):
            try await stopRunner(instanceID, address, grace, post)
        case .endTask(let instanceID, let reason, let message):
            try await endTask(instanceID, reason, message, post)
        case .deadline(let deadline, let moment):
            try await environment.clock.sleep(until: moment)
            await post(.deadline(deadline))
        }
    }

    private nonisolated func awaitSlot(_ post: @escaping Post) async throws {
        let decision = try await withThrowingTaskGroup(of: SlotDecision?.self) { group in
            group.addTask { [surroundings, id] in try await surroundings.awaitSlot(jobID: id) }
            group.addTask { [surroundings, environment, id] in
                // Who waits a moment only has nothing to tell.
                try await environment.clock.sleep(for: .seconds(1))
                if let why = await surroundings.reasonToWait(jobID: id) { await post(.waits(why)) }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
        switch decision {
        case .granted(let grant):
            await hold(grant)
            await post(.granted(instanceID: grant.instanceID))
        case .noCapacity(let why):
            await post(.noCapacity(why))
        }
    }

    private func hold(_ grant: SlotGrant) { self.grant = grant }

    private nonisolated func submitTask(_ instanceID: String, _ post: Post) async throws {
        let record = await record
        let prepared = try await prepared(post, orElse: JobEvent.taskRefused) {
            let spec = try JSONDecoder().decode(JobSpec.self, from: Data(record.spec))
            let credentials = try await withSecrets(spec.registryAuth, record.projectID)
            let share = try record.runtimeData.map { try JSONDecoder().decode(JobRuntimeData.self, from: Data($0)) }
            return (spec, credentials, share, try await surroundings.loginKeys(runID: record.runID))
        }
        guard let (spec, credentials, share, keys) = prepared else { return }
        do {
            let task = try await retrying(instanceID) { [id] host throws(AgentError) in
                var spec = spec
                // Where the job was placed decides how one runs that names no image.
                if spec.imageName.isEmpty, let image = host.bareImage { spec.imageName = image }
                return try await host.shim.submit(
                    ShimTaskRequest(
                        id: id, runID: record.runID, job: spec, credentials: credentials, keys: keys, share: share,
                        hostUser: host.loginUser)
                ).located(on: host)
            }
            await hold(task)
            await post(.task(task))
        } catch let error as AgentError {
            await post(.taskRefused(error.userMessage))
        }
    }

    private nonisolated func watchTask(_ instanceID: String, _ post: Post) async throws {
        while true {
            guard let host = await surroundings.host(instanceID: instanceID) else {
                await post(.host(.lost))
                try await environment.clock.sleep(for: .seconds(5))
                continue
            }
            notices: for await notice in await host.notices(taskID: id) {
                switch notice {
                case .task(let task):
                    await hold(task)
                    await post(.task(task.located(on: host)))
                case .missing:
                    do throws(AgentError) {
                        // Of a task that is being asked for nothing is to be said yet: a moment later it may be missing.
                        guard let event = try await whenMissing(on: host) else { break notices }
                        await post(event)
                    } catch {
                        // The notices begin anew, and tell of the task or of the host.
                        break notices
                    }
                case .hostLost: await post(.host(.lost))
                case .hostBack: await post(.host(.back))
                }
            }
            try Task.checkCancellation()
            try await environment.clock.sleep(for: .milliseconds(100))
        }
    }

    /// What it means that the instance's actor does not know the task.
    ///
    /// 1. The shim began to tell what it has. 2. It took our task. 3. The answer to that came first, and the old list
    /// after it. So a task that was taken is asked for; of one that was not, nothing is to be said yet.
    private nonisolated func whenMissing(on host: any Host) async throws(AgentError) -> JobEvent? {
        if case .provisioning = await state { return nil }
        return try await host.shim.task(id: id).map { .task($0.located(on: host)) } ?? .taskMissing
    }

    private nonisolated func startRunner(
        _ instanceID: String, _ address: RunnerAddress, _ nodes: ClusterNodes?, _ post: Post
    ) async throws {
        let record = await record
        let plain = try await prepared(post, orElse: JobEvent.runnerRefused) {
            let spec = try await withSecrets(
                try JSONDecoder().decode(RunnerJobSpec.self, from: Data(record.spec)), record.projectID)
            return RunnerSubmitRequest(
                record: record, spec: spec, nodes: nodes ?? .alone(at: address.host, record),
                logQuotaHour: environment.logQuotaPerJobHour)
        }
        guard var submission = plain else { return }
        let code: RunCode?
        do {
            code = try await self.code(for: submission.jobSpec, of: record)
        } catch let error as AccountError {
            await post(.runnerRefused(error.message))
            return
        }
        submission.add(code)
        do {
            let info = try await retrying(instanceID) { [surroundings, submission] host throws(AgentError) in
                let runner = host.runner(at: address)
                defer { runner.release() }
                var request = submission
                request.jobSpec.env.merge(host.jobEnv) { own, _ in own }
                do throws(AgentError) {
                    try await runner.submit(request)
                } catch .refused(status: 409, _) {
                    // 1. A server had the job started. 2. It crashed before it wrote that. 3. We hand the job over again:
                    // its runner, which takes one job, answers so. It tells the rest when it is asked to run again.
                    return try await runner.run()
                }
                for archive in submission.jobSpec.fileArchives {
                    let path: String
                    do {
                        path = try await surroundings.archivePath(id: archive.id, projectID: record.projectID)
                    } catch {
                        throw .refused(status: 404, message: "file archive \(archive.id) is gone: \(error)")
                    }
                    try await runner.uploadArchive(id: archive.id, path: path)
                }
                if let blob = code?.blob { try await runner.uploadCode(blob) }
                return try await runner.run()
            }
            await hold(info)
            await post(.runnerStarted(info))
        } catch let error as AgentError {
            await post(.runnerRefused(error.userMessage))
        }
    }

    /// Makes a request out of the job's row and the project's secrets.
    ///
    /// - Parameter refused: what is posted where the row cannot be read.
    /// - Returns: nil where the job cannot go on: then the actor was told.
    private nonisolated func prepared<Request>(
        _ post: Post, orElse refused: (String) -> JobEvent, _ body: () async throws -> Request
    ) async throws -> Request? {
        do {
            return try await body()
        } catch let error as SecretReferenceError {
            await post(.stop(JobStop(reason: .terminatedByServer, message: error.description)))
        } catch let error as StoreError {
            throw error
        } catch {
            await post(refused("the job's specification cannot be read: \(error)"))
        }
        return nil
    }

    /// The credentials of an image's registry with their secrets filled in.
    private nonisolated func withSecrets(_ auth: RegistryAuth?, _ projectID: String) async throws -> RegistryAuth? {
        guard let auth else { return nil }
        let names = try SecretReferences.names(env: [:], registryAuth: auth, commands: [])
        let values = names.isEmpty ? [:] : try await environment.store.secretValues(projectID: projectID)
        return try SecretReferences.fill(auth, with: values)
    }

    /// The specification as the runner gets it: with the values of the project's secrets, which are kept nowhere.
    private nonisolated func withSecrets(_ spec: RunnerJobSpec, _ projectID: String) async throws -> RunnerJobSpec {
        let names = try SecretReferences.names(env: spec.env, registryAuth: nil, commands: spec.commands)
        let values = names.isEmpty ? [:] : try await environment.store.secretValues(projectID: projectID)
        return try SecretReferences.fill(spec, with: values)
    }

    private func hold(_ info: RunnerJobInfo) { jobInfo = info }

    private func hold(_ task: ShimTask) { taskPorts = task.ports }

    private nonisolated func stopRunner(
        _ instanceID: String, _ address: RunnerAddress, _ grace: Int?, _ post: Post
    ) async throws {
        do {
            try await retrying(instanceID) { host throws(AgentError) in
                let runner = host.runner(at: address)
                defer { runner.release() }
                try await runner.stop(grace: grace)
            }
        } catch let error as AgentError {
            await post(.runnerRefused(error.userMessage))
        }
    }

    private nonisolated func askActivity(_ instanceID: String, _ address: RunnerAddress, _ post: Post) async throws {
        do {
            let seconds = try await retrying(instanceID) { host throws(AgentError) in
                let runner = host.runner(at: address)
                defer { runner.release() }
                return try await runner.secondsUnconnected()
            }
            await post(.unconnected(seconds: seconds))
        } catch is AgentError {
            // It does not tell.
            await post(.unconnected(seconds: nil))
        }
    }

    private nonisolated func endTask(
        _ instanceID: String, _ reason: JobTerminationReason, _ message: String?, _ post: Post
    ) async throws {
        try await retrying(instanceID) { [id] host throws(AgentError) in
            try await host.shim.terminate(id: id, reason: reason.rawValue, message: message ?? "", grace: 0)
            try await host.shim.remove(id: id)
        }
        await post(.taskEnded)
    }

    /// Tries until the peer gives an answer that stays: success, or a refusal, which is thrown.
    private nonisolated func retrying<Value: Sendable>(
        _ instanceID: String, _ body: (any Host) async throws(AgentError) -> Value
    ) async throws -> Value {
        var backoff = Backoff()
        while true {
            try Task.checkCancellation()
            if let host = await surroundings.host(instanceID: instanceID) {
                do {
                    return try await body(host)
                } catch AgentError.cancelled {
                    throw CancellationError()
                } catch {
                    try Task.checkCancellation()
                    if !error.isTransient { throw error }
                }
            }
            try await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))
        }
    }
}

extension ShimTask {
    /// The task with where nodes on other hosts reach it.
    fileprivate func located(on host: any Host) -> ShimTask {
        var task = self
        if let address = host.nodeAddress, task.address != nil { task.nodeAddress = address }
        return task
    }
}

extension RunnerSubmitRequest {
    /// The submission of a job beside the nodes of its replica.
    init(record: JobRecord, spec: RunnerJobSpec, nodes: ClusterNodes, logQuotaHour: Int?) {
        var spec = spec
        spec.commands = spec.commands.map(nodes.filled)
        self.init(
            run: RunnerRun(id: record.runID, runSpec: RunnerRunSpec(runName: record.runName)),
            jobSpec: spec, jobSubmission: RunnerJobSubmission(id: record.id),
            clusterInfo: nodes.info(of: record.jobNum),
            logQuotaHour: logQuotaHour)
    }
}

extension JobRecord {
    /// The run's name, which the job's name begins with.
    var runName: String {
        let suffix = "-\(jobNum)-\(replicaNum)"
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    }
}

extension AgentError {
    /// The error in the words that a job's termination message shows.
    var userMessage: String {
        switch self {
        case .refused(_, let message): message
        case .unreachable, .timedOut, .malformed, .cancelled: description
        }
    }
}
