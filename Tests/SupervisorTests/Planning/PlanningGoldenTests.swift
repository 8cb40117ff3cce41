import Foundation
import Supervisor
import Testing
import Wire

/// Effective specifications and jobs beside those of the official dstack 0.22.5, as `scripts/record-planning`
/// recorded them.
@Suite struct PlanningGoldenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var input: JSONValue
        var effective: JSONValue?
        var jobs: [JSONValue]
        var error: String?

        var testDescription: String { name }

        var hasImage: Bool { input["configuration"]?["image"] != nil }
    }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/planning/jobs.json")
        do {
            let recorded: JSONValue = try WireJSON.decode(from: Data(contentsOf: file), unknownFields: .ignored)
            guard case .object(let members)? = recorded["cases"] else { return [] }
            return members.map { member in
                var jobs: [JSONValue] = []
                if case .array(let items)? = member.value["jobs"] { jobs = items }
                var error: String?
                if case .string(let text)? = member.value["error"] { error = text }
                return Case(
                    name: member.name, input: member.value["input"] ?? .null, effective: member.value["effective"],
                    jobs: jobs, error: error)
            }
        } catch {
            Issue.record(error)
            return []
        }
    }()

    @Test func casesAreThere() {
        #expect(Self.cases.count > 30)
    }

    @Test(arguments: cases) func isAsTheOfficialServerHasIt(_ expected: Case) throws {
        let spec: RunSpec = try WireJSON.decode(from: expected.input, unknownFields: .rejected)
        if let error = expected.error {
            #expect(throws: PlanningError(error)) { try spec.effective(userKey: "ssh-ed25519 AAAA user") }
            return
        }
        var effective = try spec.effective(userKey: "ssh-ed25519 AAAA user")
        try expect(effective, equals: expected.effective)
        effective.runName = effective.runName ?? "dry-run"
        let jobs = try JobPlanner(runtime: MachineRuntime(hasDocker: true)).jobs(
            of: effective, replicaNum: 0, key: JobSSHKey(privateKey: "private", publicKey: "public"))
        #expect(jobs.count == expected.jobs.count)
        for (job, recorded) in zip(jobs, expected.jobs) {
            var job = job
            #expect((job.sshKey != nil) == (jobs.count > 1))
            job.sshKey = nil
            var official: JobSpec = try WireJSON.decode(from: recorded, unknownFields: .rejected)
            if !expected.hasImage {
                // The official server has an image for these: with a Python environment of its own, for x86.
                #expect(job.imageName.isEmpty)
                #expect(job.commands.count == official.commands.count)
                #expect(official.commands.last?.hasSuffix(job.commands.last ?? "?") == true)
                #expect(job.commands.dropLast() == official.commands.dropLast())
                official.imageName = job.imageName
                official.commands = job.commands
                official.requirements.resources.cpu.arch = job.requirements.resources.cpu.arch
            }
            try expect(job, equals: WireJSON.decode(from: WireJSON.encode(official), unknownFields: .ignored))
        }
    }

    private func expect(_ value: some Encodable, equals recorded: JSONValue?) throws {
        let own: JSONValue = try WireJSON.decode(from: WireJSON.encode(value), unknownFields: .ignored)
        #expect(own.sorted == recorded?.sorted)
    }
}

extension JSONValue {
    /// The value with its objects' members in the order of their names, and whole numbers as integers.
    fileprivate var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.map { Member($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
        case .array(let items): .array(items.map(\.sorted))
        case .number(let number): Int64(exactly: number).map(JSONValue.integer) ?? self
        case .null, .bool, .integer, .string: self
        }
    }
}
