import Testing
import Wire

@testable import Store

@Suite struct RunListTests {
    /// A run that its schedule has started again and again is shown with the latest of its submissions.
    @Test func runs_areShownWithTheLatestSubmissionsOfEachJob() async throws {
        try await withTemporaryStore { store, _ in
            let keys = SSHKeyPair(privateKey: "private", publicKey: "public")
            try await store.createUser(
                UserRecord(
                    id: "u", name: "user", createdAt: Sample.time, globalRole: .admin, token: "token", keys: keys))
            try await store.createProject(
                ProjectRecord(id: "p", name: "project", ownerID: "u", createdAt: Sample.time, keys: keys),
                ownerIsGlobalAdmin: true)
            let jobs = (0..<5).map { Sample.job("job-\($0)", submissionNum: $0) }
            try await store.commit(
                Change(writes: [.insertRun(Sample.run())] + jobs.map { .insertJob($0) }))
            for (count, shown) in [(1, [4]), (2, [3, 4]), (10, [0, 1, 2, 3, 4]), (0, [4])] {
                let runs = try await store.runs(RunFilter(), page: Page(limit: 10), submissionsPerJob: count)
                #expect(runs.map { $0.jobs.map(\.submissionNum) } == [shown])
            }
            #expect(try await store.runSnapshot(named: "name", projectID: "p")?.jobs == jobs)
        }
    }
}
