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

    @Test func namedCards_areAskedForByName() throws {
        var request = ContainerRequest(ShimTaskRequest(id: "t", name: "n", gpu: 2), address: nil)
        request.cards = [4, 6]
        let image = DockerImage(id: "sha256:1")
        let plan = ContainerPlan(
            request, image, task: "t", shim: "s",
            runner: RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil), gpus: .nvidia)
        let text = String(decoding: try EngineJSON.encode(plan.hostConfig), as: UTF8.self)
        #expect(text.contains(#""DeviceIDs":["4","6"]"#), "\(text)")
        #expect(!text.contains(#""Count""#))
    }
}
