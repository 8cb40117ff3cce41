import Testing
import Wire

@Suite struct WireJSONTests {
    @Test func unknownField_isRefusedInRequestsOnly() throws {
        let body: JSONValue = ["runs_names": ["a"], "abort": false, "abrot": true]
        let error = #expect(throws: WireDecodingError.self) {
            try WireJSON.decode(StopRunsRequest.self, from: body, unknownFields: .rejected)
        }
        #expect(error?.reason == .unknownField(known: ["runs_names", "abort"]))
        #expect(error?.path == [.name("abrot")])
        #expect(error?.message == "there is no property 'abrot'; did you mean 'abort'?")
        #expect(error?.detail.loc == ["body", "abrot"])
        #expect(error?.detail.type == "extra_forbidden")
        let read = try WireJSON.decode(StopRunsRequest.self, from: body, unknownFields: .ignored)
        #expect(read == StopRunsRequest(runsNames: ["a"], abort: false))
    }

    @Test func missingField_isNamed() {
        let error = #expect(throws: WireDecodingError.self) {
            try WireJSON.decode(StopRunsRequest.self, from: ["abort": true], unknownFields: .rejected)
        }
        #expect(error?.reason == .missing)
        #expect(error?.path == [.name("runs_names")])
    }

    @Test func mistakes_areFoundTogether() {
        let body: JSONValue = [
            "run_spec": ["configuration": ["type": "task", "commands": ["x"], "priority": "high", "nods": 1]],
            "max_offers": "many", "extra": 1,
        ]
        let errors = #expect(throws: WireDecodingErrors.self) {
            try WireJSON.decodeCollecting(GetRunPlanRequest.self, from: body)
        }
        #expect(
            Set(errors?.errors.map(\.pathText) ?? []) == [
                "run_spec.configuration.priority", "run_spec.configuration.nods", "max_offers", "extra",
            ])
    }

    @Test(arguments: [
        (JSONValue.string("8"), 8), (8.0, 8), (true, 1), (" 8 ", 8),
    ])
    func integers_areReadLeniently(value: JSONValue, expected: Int) throws {
        #expect(try WireJSON.decode([Int].self, from: [value], unknownFields: .rejected) == [expected])
    }

    @Test(arguments: [JSONValue.string("x"), 8.5, nil, [], [:], "", .number(1e300)])
    func otherValues_areNoIntegers(value: JSONValue) {
        #expect(throws: WireDecodingError.self) {
            try WireJSON.decode([Int].self, from: [value], unknownFields: .rejected)
        }
    }

    @Test func texts_areReadFromNumbersButNotFromBooleans() throws {
        #expect(
            try WireJSON.decode([String].self, from: [1, 1.5, "x"], unknownFields: .rejected) == ["1", "1.5", "x"])
        #expect(throws: WireDecodingError.self) {
            try WireJSON.decode([String].self, from: [true], unknownFields: .rejected)
        }
    }

    @Test func text_isWrittenWithItsEscapes() throws {
        let text = "a\"\\\n\t\u{8}\u{C}\r\u{1}é😀/"
        let bytes = try WireJSON.encode([text])
        #expect(String(decoding: bytes, as: UTF8.self) == #"["a\"\\\n\t\b\f\r\u0001é😀/"]"#)
        #expect(try WireJSON.decode([String].self, from: bytes, unknownFields: .rejected) == [text])
    }

    @Test func numbers_areWrittenAsPythonWrites() throws {
        #expect(
            String(decoding: try WireJSON.encode([8.0, 0.5, -1.25, .nan]), as: UTF8.self) == "[8.0,0.5,-1.25,null]")
    }

    @Test func maps_areWrittenByName() throws {
        let map = ["b": "2", "a": "1", "c": "3"]
        #expect(String(decoding: try WireJSON.encode(map), as: UTF8.self) == #"{"a":"1","b":"2","c":"3"}"#)
    }

    @Test func emptyModels_areWrittenAsMappings() throws {
        #expect(String(decoding: try WireJSON.encode(Env()), as: UTF8.self) == "{}")
        #expect(String(decoding: try WireJSON.encode([String: String]()), as: UTF8.self) == "{}")
        #expect(String(decoding: try WireJSON.encode([Int]()), as: UTF8.self) == "[]")
    }

    @Test func tags_areCheckedByNameAndValue() {
        for tags: JSONValue in [
            ["a b": "c"], ["a": "ü"], ["": "x"], .object([.init("a", .string(String(repeating: "x", count: 257)))]),
        ] {
            #expect(throws: WireDecodingError.self) {
                try WireJSON.decode(Profile.self, from: ["tags": tags], unknownFields: .rejected)
            }
        }
    }
}

extension WireJSONTests {
    @Test func encodedValues_standAsTheyAre() throws {
        let spec = Retry(onEvents: [.error], duration: 60)
        let encoded = [try EncodedJSON(spec), try EncodedJSON(spec)]
        #expect(try WireJSON.encode(encoded) == WireJSON.encode([spec, spec]))
        #expect(
            try WireJSON.decode([Retry].self, from: WireJSON.encode(encoded), unknownFields: .rejected) == [spec, spec])
    }

    @Test func unknownReasons_ofANewerServerAreNoMistake() throws {
        let row = try #require(try Fixture.rows("models.json").first { $0["model"] == "JobSubmission" }?["value"])
        guard case .object(var members) = row,
            let index = members.firstIndex(where: { $0.name == "termination_reason" })
        else {
            Issue.record("no termination reason in the fixture")
            return
        }
        members[index].value = "eaten_by_a_grue"
        let submission = try WireJSON.decode(JobSubmission.self, from: .object(members), unknownFields: .ignored)
        #expect(submission.terminationReason == nil)
    }
}
