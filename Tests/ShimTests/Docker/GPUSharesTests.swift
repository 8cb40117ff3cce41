import Testing
import Wire

@testable import Shim

@Suite struct GPUSharesTests {
    @Test(
        arguments: [
            (2, 8, [], [0, 1]),
            (4, 8, [[0, 1, 2, 3]], [4, 5, 6, 7]),
            (2, 4, [[0, 3]], [1, 2]),
            // All are in use: those that the fewest use.
            (1, 2, [[0, 1], [0]], [1]),
            (2, 2, [[0], [1]], [0, 1]),
            // A card that is gone since.
            (1, 1, [[5]], [0]),
            (-1, 8, [], nil), (0, 8, [], nil), (3, 2, [], nil), (1, 0, [], nil),
        ] as [(Int, Int, [[Int]], [Int]?)]) func cards(count: Int, total: Int, taken: [[Int]], expected: [Int]?)
    {
        #expect(GPUShares.pick(count, of: total, taken: taken) == expected)
    }

    @Test(
        arguments: [
            ([0], [], false), ([0], [[0]], true), ([0, 1], [[1, 2]], true), ([0], [[1], []], false), ([], [[0]], false),
        ] as [([Int], [[Int]], Bool)]) func cardsOfWhatIsEnding_areWaitedFor(
            cards: [Int], ending: [[Int]], waits: Bool
        )
    {
        #expect(GPUShares.waits(cards, for: ending) == waits)
    }

    @Test func namedCards_areAskedForByName() throws {
        var request = ContainerRequest(ShimTaskRequest(id: "t", name: "n", gpu: 2), address: nil)
        request.cards = [4, 6]
        let image = DockerImage(id: "sha256:1")
        let plan = ContainerPlan(
            request, image, task: "t", shim: "s",
            runner: RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil), gpus: .nvidia(count: 8))
        let text = String(decoding: try EngineJSON.encode(plan.hostConfig), as: UTF8.self)
        #expect(text.contains(#""DeviceIDs":["4","6"]"#), "\(text)")
        #expect(!text.contains(#""Count""#))
    }

    private func plan(gpus: GPUKind, hasFabric: Bool = false) -> ContainerPlan {
        ContainerPlan(
            ContainerRequest(ShimTaskRequest(id: "t", name: "n", gpu: 1), address: nil), DockerImage(id: "sha256:1"),
            task: "t", shim: "s",
            runner: RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil), gpus: gpus,
            hasFabric: hasFabric)
    }

    @Test func cards_areHandedOverWithAllThatTheirDriverCan() {
        let all = plan(gpus: .nvidia(count: 1))
        #expect(
            all.hostConfig.deviceRequests.map(\.capabilities) == [
                [["gpu", "utility", "compute", "graphics", "video", "display", "compat32"]]
            ])
        #expect(
            all.withoutDisplay?.hostConfig.deviceRequests.map(\.capabilities) == [
                [["gpu", "utility", "compute", "graphics", "video", "compat32"]]
            ])
        #expect(all.withoutDisplay?.withoutDisplay == nil)
        #expect(plan(gpus: .none).withoutDisplay == nil)
    }

    @Test func adaptersForInfiniBand_areHandedOver_withMemoryToLock() throws {
        let host = plan(gpus: .none, hasFabric: true).hostConfig
        #expect(host.devices.map(\.pathOnHost) == ["/dev/infiniband"])
        let text = String(decoding: try EngineJSON.encode(host.ulimits), as: UTF8.self)
        #expect(text.contains(#""Name":"memlock""#) && text.contains(#""Soft":-1"#) && text.contains(#""Hard":-1"#))
        let without = plan(gpus: .none).hostConfig
        #expect(without.ulimits == nil && without.devices == [])
    }

    @Test func aTaskThatAskedForAll_holdsAll() {
        func request(_ gpus: Int, _ cards: [Int]? = nil) -> ContainerRequest {
            var request = ContainerRequest(ShimTaskRequest(id: "t", name: "n", gpu: gpus), address: nil)
            request.cards = cards
            return request
        }
        #expect(GPUShares.held(request(-1), of: 4) == [0, 1, 2, 3])
        #expect(GPUShares.held(request(2, [1, 3]), of: 4) == [1, 3])
        #expect(GPUShares.held(request(0), of: 4) == [])
    }

    private func devices(_ gpus: Int, cards: [Int]?, _ nodes: [String]) throws -> (paths: [String], text: String) {
        var request = ContainerRequest(ShimTaskRequest(id: "t", name: "n", gpu: gpus), address: nil)
        request.cards = cards
        let plan = ContainerPlan(
            request, DockerImage(id: "sha256:1"), task: "t", shim: "s",
            runner: RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil),
            gpus: .amd(renderNodes: nodes))
        return (
            plan.hostConfig.devices.map(\.pathOnHost),
            String(decoding: try EngineJSON.encode(plan.hostConfig), as: UTF8.self)
        )
    }

    @Test func jobsThatShareAHost_getAMDsCardsOfTheirOwn() throws {
        let nodes = ["/dev/dri/renderD128", "/dev/dri/renderD136", "/dev/dri/renderD144"]
        let one = try devices(2, cards: [0, 2], nodes)
        #expect(one.paths == ["/dev/kfd", "/dev/dri/renderD128", "/dev/dri/renderD144"])
        for words in [#""IpcMode":"host""#, #""CapAdd":["SYS_PTRACE"]"#, "seccomp=unconfined"] {
            #expect(one.text.contains(words), "\(one.text)")
        }
        #expect(try devices(-1, cards: nil, nodes).paths == ["/dev/kfd", "/dev/dri"])
        #expect(try devices(1, cards: nil, []).paths == ["/dev/kfd", "/dev/dri"])
        let none = try devices(0, cards: nil, nodes)
        #expect(none.paths == [] && !none.text.contains("IpcMode"))
    }
}
