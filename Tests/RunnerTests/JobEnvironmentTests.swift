import Testing
import Wire

@testable import Runner

/// Paths, users and variables of a job.
struct JobEnvironmentTests {
    private static let database = UserDatabase(
        passwd: """
            root:x:0:0:root:/root:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            dev:x:1000:1000:,,,:/tmp:/bin/sh
            broken line
            """,
        group: """
            root:x:0:
            dev:x:1000:
            video:x:44:dev,other
            docker:x:999:dev
            """)

    @Test(arguments: [
        ("a/b", "/base/a/b"), ("/abs", "/abs"), ("~", "/home/me"), ("~/x/../y", "/home/me/y"), (".", "/base"),
        ("../../..", "/"), ("a//b/./c", "/base/a/b/c"),
    ])
    func path_isExpanded(_ path: String, _ expected: String) throws {
        #expect(try JobPath.expand(path, base: "/base", home: "/home/me") == expected)
    }

    @Test func otherUsersHome_isRefused() {
        #expect(throws: JobFailure.self) { try JobPath.expand("~other/x", base: "/", home: "/") }
    }

    @Test func user_withoutWish_isTheRunners() throws {
        let user = try JobUser.resolve(nil, current: 1000, currentGroup: 1000, Self.database)
        #expect(user == JobUser(uid: 1000, gid: 1000, groups: [44, 999, 1000], name: "dev", home: "/tmp"))
    }

    @Test func user_byName_hasItsGroups() throws {
        let user = try JobUser.resolve(.init(username: "dev"), current: 0, currentGroup: 0, Self.database)
        #expect(user == JobUser(uid: 1000, gid: 1000, groups: [44, 999, 1000], name: "dev", home: "/tmp"))
    }

    @Test func user_withAGroup_hasOnlyThat() throws {
        let user = try JobUser.resolve(
            .init(uid: 1000, groupname: "video"), current: 0, currentGroup: 0, Self.database)
        #expect(user.groups == [44])
        #expect(try JobUser.resolve(.init(uid: 7, gid: 8), current: 0, currentGroup: 0, Self.database).gid == 8)
    }

    @Test func user_thatNobodyKnows_hasGroup0AndNoHome() throws {
        let user = try JobUser.resolve(.init(uid: 4242), current: 0, currentGroup: 0, Self.database)
        #expect(user == JobUser(uid: 4242, gid: 0, groups: [0], name: nil, home: "/"))
        #expect(try JobUser.resolve(.init(username: "nobody"), current: 0, currentGroup: 0, Self.database).home == "/")
    }

    @Test(arguments: [
        RunnerUser(username: "ghost"), RunnerUser(uid: -1), RunnerUser(), RunnerUser(uid: 1, groupname: "ghosts"),
        RunnerUser(uid: 1, gid: -5),
    ])
    func user_thatCannotBe_isRefused(_ wish: RunnerUser) {
        #expect(throws: JobFailure.self) {
            try JobUser.resolve(wish, current: 0, currentGroup: 0, Self.database)
        }
    }

    @Test func variables_ofSeveralNodes() {
        var request = RunningRunner.job(["x"]) {
            $0.jobNum = 1
            $0.jobsPerReplica = 2
        }
        request.clusterInfo = RunnerClusterInfo(
            jobIPs: ["10.0.0.1", "10.0.0.2"], masterJobIP: "10.0.0.1", gpusPerJob: 8, gpusPerNode: [2, 8])
        let variables = JobEnvironment.make(
            inherited: ["BASH_FUNC_f%%": "() { :; }", "USER": "root", "DSTACK_SHIM_HOME": "/x"], request,
            .init(repoDirectory: "/r", workingDirectory: "/w", home: "/h", hostFile: "/f", user: "dev"))
        #expect(variables["DSTACK_NODES_IPS"] == "10.0.0.1\n10.0.0.2")
        #expect(variables["DSTACK_GPUS_NUM"] == "10")
        #expect(variables["DSTACK_GPUS_PER_NODE"] == "8")
        #expect(variables["DSTACK_NODE_RANK"] == "1")
        #expect(variables["DSTACK_MASTER_NODE_IP"] == "10.0.0.1")
        #expect(variables["USER"] == "dev")
        #expect(variables["HOME"] == "/h")
        #expect(variables["BASH_FUNC_f%%"] == nil)
        #expect(variables["DSTACK_SHIM_HOME"] == nil)
        #expect(JobEnvironment.hostFile(request.clusterInfo) == "10.0.0.1 slots=2\n10.0.0.2 slots=8\n")
        #expect(JobEnvironment.hostFile(.init(jobIPs: ["", "a"], masterJobIP: "")) == "")
        #expect(JobEnvironment.hostFile(.init(jobIPs: ["a"], masterJobIP: "a")) == "a\n")
    }
}
