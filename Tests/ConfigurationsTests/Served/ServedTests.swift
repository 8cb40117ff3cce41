import Foundation
import Testing
import Wire

@testable import Configurations

@Suite struct ServedTests {
    private func refusals(_ yaml: String) throws -> [String] {
        try ConfigurationFile(text: yaml, path: "f.yml").refusals.map { problem in
            "\(problem.location?.line ?? 0):\(problem.location?.column ?? 0) \(problem.path)"
        }
    }

    @Test func plainTask_isServed() throws {
        #expect(try refusals("type: task\ncommands: [x]\nfiles: [.]\nnodes: 1\nprivileged: false") == [])
    }

    @Test func region_isRefusedWhereItStands() throws {
        #expect(try refusals("type: task\ncommands: [x]\nregions: [eu]") == ["3:1 regions"])
    }

    @Test func everyRefusedProperty_isNamed() throws {
        let yaml = """
            type: task
            commands: [x]
            dstack: true
            regions: [a]
            backends: [aws]
            availability_zones: [a]
            schedule: {cron: "* * * * *"}
            """
        #expect(
            Set(try refusals(yaml)) == [
                "3:1 dstack", "4:1 regions", "5:1 backends", "6:1 availability_zones",
            ])
    }

    @Test func ports_areServed_alsoThoseOfAGroup() throws {
        #expect(try refusals("type: task\ncommands: [x]\nports: [80, '*:8000', '90:91']") == [])
        #expect(try refusals("type: task\ngroups:\n  - {name: a, nodes: 1, commands: [x], ports: [80]}") == [])
    }

    @Test func partOfAProperty_isRefusedWhereItStands() throws {
        let yaml = "type: task\ncommands: [x]\nresources:\n  gpu:\n    count: 1\n    compute_capability: 8.0"
        #expect(try refusals(yaml) == ["6:5 resources.gpu.compute_capability"])
    }

    @Test func otherTypes_areRefusedAsAWhole() throws {
        #expect(try refusals("type: dev-environment").isEmpty)
        #expect(try refusals("type: dev-environment\nide: zed\ndstack: true") == ["3:1 dstack"])
        #expect(try refusals("type: service\nport: 80\ncommands: [x]") == ["1:1 type"])
        #expect(try refusals("type: fleet\nnodes: 1") == ["2:1 nodes"])
        #expect(try refusals("type: fleet\nssh_config:\n  user: u\n  hosts: [h]\nblocks: 2") == [])
        #expect(try refusals("type: volume\nbackend: aws\nregion: x") == ["1:1 type"])
    }

    @Test func localFleet_isHarmless() throws {
        #expect(try refusals("type: task\ncommands: [x]\nfleets: [local]\nbackends: [remote]") == [])
        #expect(try refusals("type: task\ncommands: [x]\nfleets: [other]") == [])
    }

    @Test func specs_nameWhereThePropertyStands() {
        let task = TaskConfiguration(commands: ["x"], base: BaseRunConfiguration(dstack: true))
        let profile = Profile(name: "p", params: ProfileParams(regions: ["eu"]))
        let spec = RunSpec(
            repoData: .remote(RemoteRunRepoData(repoName: "r")), configuration: .task(task), profile: profile)
        #expect(
            Served.refusals(of: spec).map(\.path) == [
                [.name("configuration"), .name("dstack")], [.name("profile"), .name("regions")],
            ])
    }

    @Test func officialClientsOrdinaryTask_isServed() throws {
        // As the official client sends it, every default written out.
        let rows = try Fixture.rows("models.json")
        let specs = rows.filter { $0["model"] == "RunSpec" }.compactMap { $0["value"] }
        let plain = try #require(specs.first { $0["configuration"]?["commands"] == ["x"] })
        let spec = try WireJSON.decode(RunSpec.self, from: plain, unknownFields: .rejected)
        #expect(Served.refusals(of: spec) == [])
    }

    @Test func specsThatTheOfficialClientSent_areServed() throws {
        let folder = Fixture.root.appending(path: "Fixtures/official")
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasPrefix("cli-apply") || name == "python-api.json" {
            let file = try JSONParser.parse(Array(Data(contentsOf: folder.appending(path: name))))
            guard case .array(let exchanges)? = file["exchanges"] else { continue }
            for request in exchanges.compactMap({ $0["request"] }) {
                guard request["path"]?.text?.hasSuffix("runs/get_plan") == true, let body = request["body"] else {
                    continue
                }
                count += 1
                let plan = try WireJSON.decode(GetRunPlanRequest.self, from: body, unknownFields: .rejected)
                #expect(Served.refusals(of: plan.runSpec) == [], "\(name)")
            }
        }
        #expect(count >= 5)
    }
}
