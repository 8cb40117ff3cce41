import OrderedCollections
import Store
import Synchronization
import Wire

/// The logs that the server keeps; they survive its crashes.
final class SimulatedLogs: LogSink {
    private let logs = Mutex<OrderedDictionary<LogName, [UInt8]>>([:])
    private let world: WorldHandles
    private let mistake: Mistake?

    init(world: WorldHandles, mistake: Mistake?) {
        self.world = world
        self.mistake = mistake
    }

    func length(of log: LogName) async throws -> Int64 {
        await world.wait(world.dice.milliseconds(0...1))
        return logs.withLock { Int64($0[log]?.count ?? 0) }
    }

    func append(_ bytes: [UInt8], at offset: Int64, time: Timestamp, to log: LogName) async throws -> Int64 {
        await world.wait(world.dice.milliseconds(0...1))
        if world.disk.isFull {
            if mistake == .impatientLog { throw StoreError.unavailable(SimulatedDisk.words) }
            throw LogError.full(SimulatedDisk.words)
        }
        let twice = mistake == .doubledLog && world.dice.chance(1, in: 20)
        return logs.withLock { logs in
            let length = Int64(logs[log]?.count ?? 0)
            guard offset == length else { return length }
            logs[log, default: []] += bytes
            if twice { logs[log, default: []] += bytes }
            return length + Int64(bytes.count)
        }
    }

    func sync(_ log: LogName) async throws {
        await world.wait(world.dice.milliseconds(0...1))
        if world.disk.isFull { throw LogError.full(SimulatedDisk.words) }
    }

    func close(_ log: LogName) async {}

    func bytes(of jobID: String) -> [UInt8] {
        logs.withLock { logs in logs.first { $0.key.jobID == jobID && $0.key.kind == .job }?.value ?? [] }
    }
}
