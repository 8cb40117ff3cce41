import Testing
import Wire

@testable import CLI

@Suite struct GPUGroupsTests {
    static func offer(
        _ backend: BackendType, _ region: String, _ gpus: [Gpu], price: Double, spot: Bool = false,
        _ availability: InstanceAvailability = .available
    ) -> InstanceOfferWithAvailability {
        let resources = Resources(
            cpus: 8, memoryMib: 65_536, gpus: gpus, spot: spot, disk: Disk(sizeMib: 102_400), cpuArch: .x86)
        return InstanceOfferWithAvailability(
            backend: backend, instance: InstanceType(name: "i", resources: resources), region: region, price: price,
            availability: availability)
    }

    static let a100 = Gpu(name: "A100", memoryMib: 40_960, vendor: .nvidia)
    static let h100 = Gpu(name: "H100", memoryMib: 81_920, vendor: .nvidia)

    static let offers = [
        offer(.aws, "eu", [a100], price: 2), offer(.aws, "us", [a100, a100], price: 3, spot: true),
        offer(.gcp, "eu", [h100], price: 1, .notAvailable), offer(.gcp, "asia", [a100], price: 4, .idle),
        offer(.aws, "cpu-only", [], price: 0.1),
        // Of offers that differ in nothing that is shown the first counts.
        offer(.aws, "eu", [a100], price: 9),
    ]

    static func lines(_ fields: String) throws -> [String] {
        let grouping = try OfferGrouping([fields])
        return GPUGroupsTable.make(GPUGroups.make(offers, by: grouping), by: grouping).lines(width: nil).map(\.plain)
    }

    @Test func byGPU() throws {
        #expect(
            try Self.lines("gpu") == [
                " #  GPU             SPOT             $/GPU   BACKENDS",
                " 1  A100:40GB:1..2  spot, on-demand  1.5..4  aws, gcp",
                " 2  H100:80GB:1     on-demand        1       gcp       not available",
            ])
    }

    @Test func byBackendTheRegionsAreNamed() throws {
        #expect(
            try Self.lines("gpu,backend") == [
                " #  GPU             SPOT             $/GPU   BACKEND  REGIONS",
                " 1  A100:40GB:1..2  spot, on-demand  1.5..2  aws      cpu-only, eu, us",
                " 2  A100:40GB:1     on-demand        4       gcp      asia, eu          idle",
                " 3  H100:80GB:1     on-demand        1       gcp      asia, eu          not available",
            ])
    }

    @Test func byRegion() throws {
        #expect(
            try Self.lines("gpu,backend,region") == [
                " #  GPU          SPOT       $/GPU  BACKEND  REGION",
                " 1  A100:40GB:2  spot       1.5    aws      us",
                " 2  A100:40GB:1  on-demand  2      aws      eu",
                " 3  A100:40GB:1  on-demand  4      gcp      asia    idle",
                " 4  H100:80GB:1  on-demand  1      gcp      eu      not available",
            ])
    }

    @Test func byCount() throws {
        #expect(
            try Self.lines("gpu,count").dropFirst().map { $0.split(separator: " ")[1] } == [
                "A100:40GB:2", "A100:40GB:1", "H100:80GB:1",
            ])
    }

    @Test func manyRegionsAreCounted() throws {
        let grouping = try OfferGrouping(["gpu", "backend"])
        let offers = ["a", "b", "c", "d"].map { Self.offer(.aws, $0, [Self.a100], price: 1) }
        let lines = GPUGroupsTable.make(GPUGroups.make(offers, by: grouping), by: grouping).lines(width: nil)
        #expect(lines.last?.plain.hasSuffix("aws      4 regions") == true)
    }

    @Test func asJSON() throws {
        let groups = GPUGroups.make(Self.offers, by: try OfferGrouping(["gpu"]))
        let text = String(decoding: try WireJSON.encode(groups[1]), as: UTF8.self)
        #expect(
            text == #"{"name":"H100","memory_mib":81920,"vendor":"nvidia","availability":["not_available"],"#
                + #""spot":["on-demand"],"count":{"min":1,"max":1},"price":{"min":1.0,"max":1.0},"#
                + #""offer_price":{"min":1.0,"max":1.0},"backends":["gcp"],"backend":null,"regions":null,"region":null}"#
        )
    }

    /// Made by the official server's own code; see `scripts/record-gpu-groups`.
    @Test(arguments: ["", "backend", "count", "backend,region", "backend,count", "backend,region,count"])
    func theOfficialServerGroupsTheSame(fields: String) throws {
        let recording = try GoldenTests.json("gpu-groups")
        let offers: [InstanceOfferWithAvailability] = try WireJSON.decode(
            from: try #require(recording["offers"]), unknownFields: .ignored)
        let groups = GPUGroups.make(offers, by: try OfferGrouping(["gpu", fields]))
        let ours: JSONValue = try WireJSON.decode(from: try WireJSON.encode(groups), unknownFields: .ignored)
        #expect(ours == recording["groups"]?[fields])
    }
}
