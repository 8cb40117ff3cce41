import Foundation
import Store
import Testing
import Wire

@testable import Server

@Suite struct StartTests {
    private static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/start-" + UUID().uuidString
        do {
            try await body(path)
        } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func variables_setTheOptions() throws {
        let options = try ServerOptions(environment: [
            "HOME": "/home/a", "DSTACK_SERVER_PORT": "4000", "DSTACK_SERVER_HOST": "0.0.0.0",
            "DSTACK_SERVER_LOG_LEVEL": "DEBUG", "DSTACK_LOCAL_FLEET_DISABLED": "1", "DSTACK_LOCAL_FLEET_SLOTS": "3",
            "DSTACK_SERVER_ADMIN_TOKEN": "t",
        ])
        #expect(options.directory == "/home/a/.dstack/server")
        #expect(options.port == 4000)
        #expect(options.host == "0.0.0.0")
        #expect(options.logLevel == .debug)
        #expect(options.isLocalFleetDisabled)
        #expect(options.localFleetSlots == 3)
        #expect(options.adminToken == "t")
    }

    @Test(arguments: [
        ("DSTACK_SERVER_PORT", "70000"), ("DSTACK_SERVER_PORT", "x"), ("DSTACK_LOCAL_FLEET_SLOTS", "0"),
        ("DSTACK_SERVER_LOG_LEVEL", "loud"),
    ])
    func badVariable_isNamed(_ name: String, _ value: String) {
        #expect { try ServerOptions(environment: ["HOME": "/h", name: value]) } throws: { error in
            "\(error)".contains(name) && "\(error)".contains("'\(value)'")
        }
    }

    @Test func directory_showsNothingToOthers_andLetsThemPassToTheJobs_whereTheyMayRunAsThem() async throws {
        try await Self.withDirectory { path in
            let directory = try ServerDirectory(path: path)
            func mode(_ name: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path + name)[.posixPermissions] as? Int
            }
            #expect(try mode("/data") == 0o700)
            if geteuid() == 0 {
                for name in ["", "/shim", "/shim/jobs"] { #expect(try mode(name) == 0o711) }
                for name in ["/logs", "/shim/tasks", "/shim/trash"] { #expect(try mode(name) == 0o700) }
            } else {
                #expect(try mode("") == 0o700)
            }
            withExtendedLifetime(directory) {}
        }
    }

    @Test func secondServer_onTheSameDirectory_isRefused() async throws {
        try await Self.withDirectory { path in
            let first = try ServerDirectory(path: path)
            #expect(throws: ServerError.locked(path: path, process: "\(getpid())")) {
                try ServerDirectory(path: path)
            }
            withExtendedLifetime(first) {}
        }
    }

    @Test func directoryThatIsAFile_isRefused() async throws {
        try await Self.withDirectory { path in
            try Data().write(to: URL(fileURLWithPath: path))
            #expect { try ServerDirectory(path: path) } throws: { error in
                "\(error)".contains("'\(path)' cannot be used")
            }
        }
    }

    @Test func firstStart_makesAdminAndProject_andASecondOneFindsThem() async throws {
        try await Self.withDirectory { path in
            let directory = try ServerDirectory(path: path)
            let store = try SQLiteStore(
                path: directory.database, keyring: Keyring.load(path: directory.encryptionKey))
            let first = try await FirstStart.accounts(in: store, token: "given", clock: .system)
            #expect(first.admin.token == "given")
            #expect(first.project.name == "main")
            let second = try await FirstStart.accounts(in: store, token: "other", clock: .system)
            #expect(second.admin == first.admin)
            #expect(second.project == first.project)
            try await store.close()
        }
    }

    @Test func localFleet_isPlacedOnce_andFollowsTheMachine() async throws {
        try await Self.withDirectory { path in
            let directory = try ServerDirectory(path: path)
            let store = try SQLiteStore(
                path: directory.database, keyring: Keyring.load(path: directory.encryptionKey))
            let project = try await FirstStart.accounts(in: store, token: nil, clock: .system).project
            for (cpus, slots) in [(2, 16), (2, 16), (8, 4)] {
                let resources = Resources(cpus: cpus, memoryMib: 1024, gpus: [], spot: false)
                try await LocalFleet.place(
                    in: store, projectID: project.id, resources: resources, slots: slots, clock: .system)
            }
            let fleets = try await store.fleets(FleetFilter())
            #expect(fleets.map(\.fleet.name) == ["local"])
            let instance = try #require(fleets.first?.instances.first?.instance)
            #expect(fleets.first?.instances.count == 1)
            #expect(instance.slots == 4)
            #expect(try InstanceType(json: instance.instanceType).resources.cpus == 8)
            #expect(instance.version == 1)
            try await store.hideFleet(named: "local", projectID: project.id) { ServerClock.system.stamp() }
            #expect(try await store.fleets(FleetFilter(onlyActive: true)).isEmpty)
            let events = try await store.events(after: 0, limit: 100)
            #expect(
                events.map(\.draft.message) == [
                    "User created", "Project created", "Fleet created. Status: ACTIVE",
                    "Instance created on fleet submission. Status: IDLE", "Instance status changed IDLE -> TERMINATED",
                    "Fleet status changed ACTIVE -> TERMINATED",
                ])
            try await store.close()
        }
    }

    /// A fleet of hosts may have the name from a time when it was not refused.
    @Test func aFleetOfHostsThatIsCalledLocal_isLeftAlone() async throws {
        try await Self.withDirectory { path in
            let directory = try ServerDirectory(path: path)
            let store = try SQLiteStore(
                path: directory.database, keyring: Keyring.load(path: directory.encryptionKey))
            let project = try await FirstStart.accounts(in: store, token: nil, clock: .system).project
            let configuration = FleetConfiguration(
                name: "local",
                sshConfig: SSHParams(user: "u", sshKey: SSHKey(publicKey: "k"), hosts: [.address("127.0.0.1")]))
            let spec = FleetSpec(configuration: configuration, profile: Profile(name: "default"))
            let host = InstanceRecord(
                id: "i", projectID: project.id, fleetID: "f", name: "local-0", instanceNum: 0,
                createdAt: .init(microseconds: 1),
                backend: "remote", region: "remote", price: 0, instanceType: [], hostname: "127.0.0.1", slots: 1,
                connection: Array("{}".utf8))
            try await store.commit(
                Change(writes: [
                    .insertFleet(
                        FleetRecord(
                            id: "f", projectID: project.id, name: "local", createdAt: .init(microseconds: 1),
                            spec: try WireJSON.encode(spec))),
                    .insertInstance(host),
                ]))
            let resources = Resources(cpus: 2, memoryMib: 1024, gpus: [], spot: false)
            let isPlaced = try await LocalFleet.place(
                in: store, projectID: project.id, resources: resources, slots: 2, clock: .system)
            #expect(!isPlaced)
            try await store.hideFleet(named: "local", projectID: project.id) { ServerClock.system.stamp() }
            let fleet = try #require(try await store.fleet(named: "local", projectID: project.id))
            #expect(fleet.instances.map(\.instance) == [host])
            try await store.close()
        }
    }

    @Test func configuration_isWrittenOnce_andAMistakeInItIsNamed() async throws {
        try await Self.withDirectory { path in
            let directory = try ServerDirectory(path: path)
            _ = try FirstStart.configuration(directory)
            let text = try String(contentsOfFile: directory.configuration, encoding: .utf8)
            #expect(text == "projects:\n- name: main\n  backends: []\nencryption:\n  keys: []\n")
            try Data("projetcs: []\n".utf8).write(to: URL(fileURLWithPath: directory.configuration))
            #expect { try FirstStart.configuration(directory) } throws: { error in
                "\(error)".contains("projetcs")
            }
        }
    }

    @Test func portInUse_isToldByName() async throws {
        try await Self.withDirectory { path in
            let (ports, tells) = AsyncStream.makeStream(of: Int.self)
            var options = ServerOptions(port: 0, directory: path + "/a", isLocalFleetDisabled: true)
            options.logLevel = .critical
            let first = Task { [options] in
                try await Server.run(options) { ready in
                    tells.yield(Int(ready.url.split(separator: ":").last ?? "") ?? 0)
                }
            }
            var port = 0
            for await told in ports {
                port = told
                break
            }
            options.port = port
            options.directory = path + "/b"
            let expected = ServerError.address(host: "127.0.0.1", port: port, reason: "the port is in use")
            do {
                try await Server.run(options) { _ in }
                Issue.record("a second server listens on the same port")
            } catch {
                #expect(error as? ServerError == expected)
            }
            first.cancel()
            _ = await first.result
        }
    }
}
