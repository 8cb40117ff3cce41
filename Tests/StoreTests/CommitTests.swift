import Foundation
import Testing
import Wire

@testable import Store

@Suite struct CommitTests {
    @Test func commit_writesRowsAndEvents_together() async throws {
        try await withTemporaryStore { store, _ in
            let events = try await store.commit(
                Change(
                    writes: [.insertRun(Sample.run()), .insertJob(Sample.job())],
                    events: [Sample.event("a"), Sample.event("b")]))
            #expect(events.map(\.seq) == [1, 2])
            #expect(try await store.run(id: "run") == Sample.run())
            #expect(try await store.jobs(runID: "run") == [Sample.job()])
            #expect(try await store.events(after: 1, limit: 10).map(\.draft) == [Sample.event("b")])
        }
    }

    @Test func commit_whenOneWriteFails_keepsNothing() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(Change(writes: [.insertRun(Sample.run())]))
            await #expect(throws: StoreError.nameInUse("name")) {
                try await store.commit(
                    Change(
                        writes: [.insertJob(Sample.job()), .insertRun(Sample.run("other"))],
                        events: [Sample.event("a")]))
            }
            #expect(try await store.job(id: "job") == nil)
            #expect(try await store.events(after: 0, limit: 10).isEmpty)
        }
    }

    @Test func update_overAnotherVersion_isAConflict() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(Change(writes: [.insertRun(Sample.run()), .insertJob(Sample.job())]))
            var job = Sample.job()
            job.version = 1
            job.status = .provisioning
            try await store.commit(Change(writes: [.updateJob(job)]))
            await #expect(throws: StoreError.conflict(row: "job job")) {
                try await store.commit(Change(writes: [.updateJob(job)]))
            }
            #expect(try await store.job(id: "job") == job)
        }
    }

    @Test func name_isFree_onceItsRunIsDeleted() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(Change(writes: [.insertRun(Sample.run())]))
            var old = Sample.run()
            old.version = 1
            old.isDeleted = true
            try await store.commit(Change(writes: [.updateRun(old), .insertRun(Sample.run("next"))]))
            #expect(try await store.run(id: "run")?.isDeleted == true)
        }
    }

    @Test func claim_forAFinishedJob_changesNothing() async throws {
        try await withTemporaryStore { store, _ in
            var job = Sample.job()
            try await store.commit(Change(writes: [.insertInstance(Sample.instance()), .insertJob(job)]))
            job.version = 1
            job.status = .terminated
            try await store.commit(
                Change(writes: [.updateJob(job), .claim(jobID: "job", instanceID: "instance")]))
            #expect(try await store.claims().isEmpty)
        }
    }

    @Test func claim_beyondTheSlots_isRefused_andReleaseFreesOne() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(Change(writes: [.insertInstance(Sample.instance(slots: 2))]))
            for job in ["a", "b", "a"] {
                try await store.commit(Change(writes: [.claim(jobID: job, instanceID: "instance")]))
            }
            await #expect(throws: StoreError.noFreeSlot(instanceID: "instance")) {
                try await store.commit(Change(writes: [.claim(jobID: "c", instanceID: "instance")]))
            }
            try await store.commit(Change(writes: [.release(jobID: "a"), .claim(jobID: "c", instanceID: "instance")]))
            #expect(try await store.claims().map(\.jobID) == ["b", "c"])
        }
    }

    @Test func messages_areKeptInOrder_untilDeleted() async throws {
        try await withTemporaryStore { store, _ in
            let messages = ["z", "a", "m"].map { MessageRecord(id: $0, recipientID: "run", body: [1]) }
            for message in messages { try await store.commit(Change(writes: [.insertMessage(message)])) }
            #expect(try await store.messages(to: "run") == messages)
            try await store.commit(Change(writes: [.deleteMessage(id: "z"), .deleteMessage(id: "none")]))
            #expect(try await store.messages(to: "run").map(\.id) == ["a", "m"])
        }
    }

    @Test func messages_areSealedAtRest_andOldOnesAreRead() async throws {
        try await withTemporaryStore { store, folder in
            let message = MessageRecord(id: "m", recipientID: "run", body: Array(#"{"secret":"in the message"}"#.utf8))
            try await store.commit(Change(writes: [.insertMessage(message)]))
            for file in ["dstack.db", "dstack.db-wal"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
                #expect(bytes.range(of: Data("in the message".utf8)) == nil, "\(file) shows it")
            }
            #expect(try await store.messages(to: "run") == [message])
            try await store.write { db in
                try db.run(#"UPDATE messages SET body = CAST('{"old":1}' AS BLOB)"#, [])
            }
            #expect(try await store.messages(to: "run").map(\.body) == [Array(#"{"old":1}"#.utf8)])
        }
    }

    @Test func redeploy_writesTheSpec_andTheDeploymentOfLivingJobs_thatTheirActorsKeep() async throws {
        try await withTemporaryStore { store, _ in
            var done = Sample.job("done", submissionNum: 1)
            done.status = .done
            var run = Sample.run()
            try await store.commit(Change(writes: [.insertRun(run), .insertJob(Sample.job()), .insertJob(done)]))
            run.version = 1
            run.deploymentNum = 1
            run.priority = 5
            run.spec = Array("new spec".utf8)
            try await store.commit(Change(writes: [.updateRun(run)]))
            #expect(try await store.run(id: "run")?.spec == Sample.run().spec)
            try await store.commit(Change(writes: [.redeploy(run)]))
            #expect(try await store.run(id: "run") == run)
            // The job's actor read its row before that.
            var job = Sample.job()
            job.version = 1
            try await store.commit(Change(writes: [.updateJob(job)]))
            #expect(try await store.jobs(runID: "run").map(\.deploymentNum) == [1, 0])
        }
    }

    @Test func latestJobs_areTheLastOfEachJob_andTemplatesAreReadAsWritten() async throws {
        try await withTemporaryStore { store, _ in
            func job(_ number: Int, _ submission: Int) -> JobRecord {
                JobRecord(
                    id: "\(number)-\(submission)", runID: "run", projectID: "p", name: "n", jobNum: number,
                    replicaNum: 0, submissionNum: submission, submittedAt: Sample.time, spec: [1], state: [2])
            }
            let template = JobTemplate(job(1, 0))
            let rows = [job(0, 0), job(0, 1), job(0, 2), job(0, 5), job(1, 0), job(1, 1), Sample.job("x", runID: "y")]
            try await store.commit(
                Change(
                    writes: [
                        .insertRun(Sample.run()), .insertTemplate(template), .insertTemplate(JobTemplate(job(0, 0))),
                    ]
                        + rows.map { .insertJob($0) }))
            #expect(try await store.latestJobs(runID: "run", submissions: 1).map(\.id) == ["0-5", "1-1"])
            #expect(try await store.latestJobs(runID: "run", submissions: 2).map(\.id) == ["0-5", "1-0", "1-1"])
            #expect(try await store.latestJobs(runID: "none", submissions: 2).isEmpty)
            #expect(try await store.jobTemplates(runID: "run").map(\.jobNum) == [0, 1])
            #expect(try await store.jobTemplates(runID: "run").last == template)
            #expect(try await store.jobTemplates(runID: "y").isEmpty)
        }
    }

    @Test func deleteJob_takesItsMessagesWithIt() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(
                Change(writes: [
                    .insertJob(Sample.job()), .insertMessage(MessageRecord(id: "m", recipientID: "job", body: [1])),
                    .insertMessage(MessageRecord(id: "n", recipientID: "other", body: [1])),
                ]))
            try await store.commit(Change(writes: [.deleteJob(id: "job"), .deleteJob(id: "none")]))
            #expect(try await store.job(id: "job") == nil)
            #expect(try await store.messages(to: "job").isEmpty)
            #expect(try await store.messages(to: "other").count == 1)
        }
    }

    @Test func unfinished_areThoseThatLive_andThoseWithMail() async throws {
        try await withTemporaryStore { store, _ in
            var done = Sample.job("done", submissionNum: 1)
            done.status = .done
            try await store.commit(
                Change(writes: [.insertRun(Sample.run()), .insertJob(Sample.job()), .insertJob(done)]))
            #expect(try await store.unfinishedJobIDs() == ["job"])
            #expect(try await store.unfinishedRunIDs() == ["run"])
            try await store.commit(
                Change(writes: [.insertMessage(MessageRecord(id: "m", recipientID: "done", body: []))]))
            #expect(try await store.unfinishedJobIDs() == ["done", "job"])
        }
    }

    @Test func manyCommitsAtOnce_getSequentialNumbers_andTheFeedTellsThemInOrder() async throws {
        try await withTemporaryStore { store, _ in
            let live = store.feed.subscribe(buffer: 1000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await store.commit(Change(events: [Sample.event("e\(index)")]))
                    }
                }
                try await group.waitForAll()
            }
            var seen: [Int64] = []
            for await event in live {
                seen.append(event.seq)
                if seen.count == 200 { break }
            }
            #expect(seen == Array(1...200))
        }
    }

    @Test func secrets_areSealed_inTheFile() async throws {
        try await withTemporaryStore { store, folder in
            try await store.commit(Change(writes: [.insertRun(Sample.run()), .insertJob(Sample.job())]))
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let bytes = try #require(FileManager.default.contents(atPath: folder + "/" + name))
                #expect(bytes.range(of: Data("secret spec".utf8)) == nil, "\(name)")
            }
        }
    }

    @Test func aSlowSubscriber_isLetGo() async throws {
        try await withTemporaryStore { store, _ in
            let live = store.feed.subscribe(buffer: 2)
            for index in 0..<5 { try await store.commit(Change(events: [Sample.event("e\(index)")])) }
            var seen: [Int64] = []
            for await event in live { seen.append(event.seq) }
            #expect(seen == [1, 2], "what it has buffered, then the end")
            #expect(store.feed.subscriberCount == 0)
        }
    }

    @Test func reopened_theRowsAreThere() async throws {
        let folder = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keyring = try Keyring.load(path: folder + "/key")
        let first = try SQLiteStore(path: folder + "/dstack.db", keyring: keyring)
        try await first.commit(Change(writes: [.insertRun(Sample.run())], events: [Sample.event("a")]))
        try await first.close()
        let second = try SQLiteStore(path: folder + "/dstack.db", keyring: try Keyring.load(path: folder + "/key"))
        #expect(try await second.run(id: "run") == Sample.run())
        #expect(try await second.commit(Change(events: [Sample.event("b")])).map(\.seq) == [2])
        try await second.close()
    }
}
