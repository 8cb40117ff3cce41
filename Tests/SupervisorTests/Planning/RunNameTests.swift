import Testing
import Wire

@testable import Supervisor

@Suite struct RunNameTests {
    @Test(arguments: ["ab", "a-b-1", "a" + String(repeating: "9", count: 40)])
    func valid(_ name: String) { #expect(ResourceName.isValid(name)) }

    @Test(arguments: ["", "a", "Ab", "9a", "-a", "a_b", "a b", "ab\n", "é-a", "a" + String(repeating: "9", count: 41)])
    func invalid(_ name: String) { #expect(!ResourceName.isValid(name)) }

    @Test func numbered_takesTheSmallestFreeNumber() {
        #expect(RunName.numbered("calm-wren", taken: []) == "calm-wren-1")
        #expect(RunName.numbered("calm-wren", taken: ["calm-wren-1", "calm-wren-3"]) == "calm-wren-2")
    }

    @Test func everyMadeName_isValid() {
        var generator = SystemRandomNumberGenerator()
        for adjective in RunName.adjectives {
            #expect(ResourceName.isValid(adjective))
        }
        for animal in RunName.animals {
            #expect(ResourceName.isValid(animal))
        }
        #expect(Set(RunName.adjectives).count == RunName.adjectives.count)
        #expect(Set(RunName.animals).count == RunName.animals.count)
        let name = RunName.numbered(RunName.random(using: &generator), taken: [])
        #expect(ResourceName.isValid(name))
    }
}

@Suite struct ShellTextTests {
    @Test func joined_putsBackgroundCommandsInBraces() {
        #expect(ShellText.joined([" a ", "b &", "c"]) == "a && { b & } && c")
    }

    @Test(arguments: [
        ("", []), ("a  b\tc", ["a", "b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]), (#"a\ b"#, ["a b"]),
        (#""a\"b\\c\d""#, [#"a"b\c\d"#]), (#"'a\b'"#, [#"a\b"#]), ("a''b", ["ab"]), ("''", [""]),
    ])
    func words(_ line: String, _ expected: [String]) throws {
        #expect(try ShellText.words(line) == expected)
    }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func unfinishedLine_isRefused(_ line: String) {
        #expect(throws: PlanningError.self) { try ShellText.words(line) }
    }
}

@Suite struct PlanningChecksTests {
    private func plan(_ configuration: String) throws {
        let text = #"{"run_name":"a-run","configuration":{"type":"task",\#(configuration)}}"#
        let spec: RunSpec = try WireJSON.decode(from: Array(text.utf8), unknownFields: .rejected)
        _ = try JobPlanner().jobs(of: spec.effective(userKey: "key"), replicaNum: 0, key: nil)
    }

    @Test func secrets_areLeftInThePlan_andMalformedReferencesAreRefused() throws {
        try plan(#""commands":["a ${{ secrets.token }}"],"env":{"A":"x ${{ secrets.token }}"}"#)
        try plan(#""commands":["a"],"env":{"A":"$${{ secrets.token }}"}"#)
        for wrong in [
            #""commands":["a"],"env":{"A":"${{ secrets.a-b }}"}"#, #""commands":["a ${{ secrets.a-b }}"]"#,
            #""entrypoint":"python x.py","commands":["${{ secrets.token }}"]"#,
        ] {
            #expect(throws: PlanningError.self) { try plan(wrong) }
        }
    }

    @Test func addressesOfNodes_areRefused_whereThereIsNoSuchNode() throws {
        try plan(#""commands":["ping ${{ groups[0].nodes[0].IP_ADDRESS }}"]"#)
        try plan(#""commands":["ping $${{ groups[9].nodes[0].IP_ADDRESS }}"]"#)
        for name in ["groups[0].nodes[1].IP_ADDRESS", "groups[1].nodes[0].IP_ADDRESS", "groups[0].nodes[0].HOST"] {
            #expect(throws: PlanningError.self) { try plan(#""commands":["ping ${{ \#(name) }}"]"#) }
        }
    }

    @Test func fleetsOfAnotherProject_areRefusedByName() throws {
        func check(_ places: String) throws {
            let text = #"{"run_name":"a-run","configuration":{"type":"task","commands":["a"],\#(places)}}"#
            let spec: RunSpec = try WireJSON.decode(from: Array(text.utf8), unknownFields: .rejected)
            try spec.requireOwnFleets(project: "main")
        }
        try check(#""fleets":["gpu","main/gpu"],"instances":["gpu-0"]"#)
        for places in [#""fleets":["gpu","other/gpu"]"#, #""instances":[{"fleet":"other/gpu","instance":0}]"#] {
            #expect { try check(places) } throws: { "\($0)".contains("the fleet 'other/gpu' is of another project") }
        }
    }

    @Test func variablesWithoutAValue_areNamed() {
        #expect(throws: PlanningError("`env` has variables without a value: A, B")) {
            try plan(#""commands":["a"],"env":["A","B"]"#)
        }
    }
}
