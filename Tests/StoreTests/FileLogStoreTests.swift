import Foundation
import Testing
import Wire

@testable import Store

@Suite struct FileLogStoreTests {
    private static let log = LogName(projectID: "p", runID: "r", jobID: "j", kind: .job)
    private static let time = Timestamp(microseconds: 1_000_000)

    private func withLogs(_ body: (FileLogStore) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "logs-" + UUID().uuidString
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(FileLogStore(directory: folder)))
        } catch {
            result = .failure(error)
        }
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        try result.get()
    }

    @Test func append_atTheEnd_isKept_anywhereElse_isNot() async throws {
        try await withLogs { logs async throws in
            #expect(try await logs.append(Array("abc".utf8), at: 0, time: Self.time, to: Self.log) == 3)
            #expect(try await logs.append(Array("bcd".utf8), at: 1, time: Self.time, to: Self.log) == 3)
            #expect(try await logs.append(Array("x".utf8), at: 4, time: Self.time, to: Self.log) == 3)
            #expect(try await logs.append(Array("de".utf8), at: 3, time: Self.time, to: Self.log) == 5)
            #expect(try await logs.read(Self.log, from: 1, limit: 3) == Array("bcd".utf8))
            #expect(try await logs.read(Self.log, from: 5, limit: 3).isEmpty)
        }
    }

    @Test func length_survivesClosing() async throws {
        try await withLogs { logs async throws in
            _ = try await logs.append(Array("abc".utf8), at: 0, time: Self.time, to: Self.log)
            try await logs.sync(Self.log)
            await logs.close(Self.log)
            #expect(try await logs.length(of: Self.log) == 3)
        }
    }

    @Test func aLogWithoutAByte_hasNoFile_andLengthZero() async throws {
        let folder = NSTemporaryDirectory() + "logs-" + UUID().uuidString
        let logs = FileLogStore(directory: folder)
        #expect(try await logs.length(of: Self.log) == 0)
        try await logs.sync(Self.log)
        await logs.close(Self.log)
        #expect(try await logs.read(Self.log, from: 0, limit: 9).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func index_isSparse() async throws {
        try await withLogs { logs async throws in
            var offset: Int64 = 0
            for step in 0..<100 {
                let time = Timestamp(microseconds: Int64(step) * 1000)
                offset = try await logs.append([UInt8](repeating: 65, count: 10), at: offset, time: time, to: Self.log)
            }
            let index = try await logs.index(of: Self.log)
            #expect(index.map(\.offset) == [0, 200, 400, 600, 800])
            #expect(index.map(\.time.microseconds) == [0, 20_000, 40_000, 60_000, 80_000])
        }
    }

    @Test func changes_tellTheNewestLength_andEndWithTheLog() async throws {
        try await withLogs { logs async throws in
            var changes = logs.changes(of: Self.log).makeAsyncIterator()
            _ = try await logs.append([1], at: 0, time: Self.time, to: Self.log)
            _ = try await logs.append([2], at: 1, time: Self.time, to: Self.log)
            #expect(await changes.next() == 2)
            await logs.close(Self.log)
            #expect(await changes.next() == nil)
        }
    }

    @Test func manyLogs_atOnce_eachKeepsItsOwn() async throws {
        try await withLogs { logs async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for job in 0..<400 {
                    group.addTask {
                        let log = LogName(projectID: "p", runID: "r", jobID: "\(job)", kind: .job)
                        var offset: Int64 = 0
                        for _ in 0..<5 {
                            offset = try await logs.append(
                                Array("\(job)\n".utf8), at: offset, time: Self.time, to: log)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for job in [0, 199, 399] {
                let log = LogName(projectID: "p", runID: "r", jobID: "\(job)", kind: .job)
                let text = String(decoding: try await logs.read(log, from: 0, limit: 1000), as: UTF8.self)
                #expect(text == String(repeating: "\(job)\n", count: 5))
            }
        }
    }

    @Test func delete_takesTheRunsLogs() async throws {
        try await withLogs { logs async throws in
            _ = try await logs.append([1], at: 0, time: Self.time, to: Self.log)
            await logs.close(Self.log)
            try await logs.delete(projectID: "p", runID: "r")
            #expect(try await logs.length(of: Self.log) == 0)
        }
    }
}
