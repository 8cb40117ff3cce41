import Synchronization
import Testing
import Wire

@testable import Server

@Suite struct LocalPortsTests {
    private static func job(_ json: String, image: String = "") throws -> JobSpec {
        try WireJSON.decode(
            JobSpec.self,
            from: Array(
                """
                {"replica_num":0,"job_num":0,"job_name":"j","jobs_per_replica":1,"commands":["x"],"env":{},
                 "image_name":"\(image)","privileged":false,"requirements":{"resources":{}},"app_specs":\(json)}
                """.utf8), unknownFields: .ignored)
    }

    @Test func aProcessKeepsItsPort_andTheClientGetsAnother() throws {
        let ports = LocalPorts(isFree: { $0 != 18000 })
        let job = try Self.job(#"[{"port":8000,"map_to_port":8000,"app_name":"a"},{"port":90,"app_name":"b"}]"#)
        #expect(ports.spared(job).appSpecs?.map(\.mapToPort) == [18001, 11000])
        // Another plan at the same moment is given others.
        #expect(ports.spared(job).appSpecs?.map(\.mapToPort) == [18002, 11001])
    }

    @Test func whatIsFree_isNamedAgainAfterAWhile() throws {
        let now = Mutex(Timestamp(microseconds: 0))
        let ports = LocalPorts(now: { now.withLock { $0 } }, isFree: { _ in true })
        let job = try Self.job(#"[{"port":8000,"map_to_port":8000,"app_name":"a"}]"#)
        #expect(ports.spared(job).appSpecs?.first?.mapToPort == 18000)
        now.withLock { $0 = Timestamp(microseconds: 121_000_000) }
        #expect(ports.spared(job).appSpecs?.first?.mapToPort == 18000)
    }

    @Test func whatTheUserChose_andContainers_areLeft() throws {
        let ports = LocalPorts(isFree: { _ in true })
        let mapped = try Self.job(#"[{"port":8000,"map_to_port":9000,"app_name":"a"}]"#)
        #expect(ports.spared(mapped) == mapped)
        let container = try Self.job(#"[{"port":8000,"map_to_port":8000,"app_name":"a"}]"#, image: "box")
        #expect(ports.spared(container) == container)
    }
}
