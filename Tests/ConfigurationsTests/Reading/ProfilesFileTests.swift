import Configurations
import Testing
import Wire

@Suite struct ProfilesFileTests {
    private let yaml = """
        profiles:
          - name: large
            max_price: 10
            spot_policy: spot
          - name: small
            default: true
            max_duration: 1h
            retry: true
        """

    @Test func profile_isFoundByName() throws {
        let profile = try #require(try ProfilesFile(text: yaml, path: "p.yml").profile(named: "large"))
        #expect(profile == Profile(name: "large", params: ProfileParams(spotPolicy: .spot, maxPrice: 10)))
    }

    @Test func withoutAName_theDefaultIsTaken() throws {
        let profile = try #require(try ProfilesFile(text: yaml, path: "p.yml").profile(named: nil))
        #expect(
            profile
                == Profile(
                    name: "small", isDefault: true,
                    params: ProfileParams(retry: .flag(true), maxDuration: .seconds(3600))))
        let none = try ProfilesFile(text: "profiles: [{name: a}]", path: "p.yml").profile(named: nil)
        #expect(none == nil)
    }

    @Test func unknownName_suggestsTheNearest() throws {
        let file = try ProfilesFile(text: yaml, path: "p.yml")
        let error = #expect(throws: ConfigurationError.self) { try file.profile(named: "smal") }
        #expect(error?.description == "p.yml:1:1: profiles: there is no profile 'smal'; did you mean 'small'?")
    }

    @Test func mistakes_arePlaced() {
        let text = "profiles:\n  - name: a\n    max_prise: 1\n    retry: never"
        let error = #expect(throws: ConfigurationError.self) { try ProfilesFile(text: text, path: "p.yml") }
        #expect(
            error?.description == """
                p.yml:3:5: profiles[0].max_prise: there is no property 'max_prise'; did you mean 'max_price'?
                p.yml:4:5: profiles[0].retry: expected true, false or a mapping of on_events and duration, found 'never'
                """)
    }

    @Test func problem_standsWhereThePropertyDoes() throws {
        let file = try ProfilesFile(text: yaml, path: "p.yml")
        let problem = file.problem(inProfile: "small", at: [.name("max_duration")], "no")
        #expect(problem.location == YAMLDocument.Location(line: 7, column: 5))
        #expect(problem.path == "profiles[1].max_duration")
    }
}
