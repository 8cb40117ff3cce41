import Foundation
import Store
import Testing
import Wire

@testable import JobActors

/// How many GPUs a job is given, and that it is told of as many.
@Suite struct GrantedGPUTests {
    private static func asked(_ count: CountRange?) -> ResourcesSpec {
        var resources = ResourcesSpec()
        resources.gpu = count.map { GPUSpec(count: $0) }
        return resources
    }

    /// What the shim is asked for: -1 means all.
    @Test(
        arguments: [
            (nil, nil, "root", -1), (CountRange(min: 1), nil, "root", -1), (CountRange(min: 0, max: 0), nil, "root", 0),
            (CountRange(min: 1), 4, "root", 4),
            (nil, nil, nil, -1), (CountRange(min: 2), nil, nil, 2), (CountRange(min: 0, max: 4), nil, nil, -1),
            (CountRange(min: 0, max: 0), nil, nil, 0),
        ] as [(CountRange?, Int?, String?, Int)])
    func whoHasAHostAlone_hasAllItsGPUs(_ count: CountRange?, _ share: Int?, _ hostUser: String?, _ expected: Int) {
        let job = JobSpec(
            jobNum: 0, jobName: "run-0-0", commands: ["true"], env: [:], imageName: "box",
            requirements: Requirements(resources: Self.asked(count)))
        let request = ShimTaskRequest(
            id: "t", runID: "r", job: job, credentials: nil, keys: [],
            share: JobRuntimeData(networkMode: .bridge, gpu: share), hostUser: hostUser)
        #expect(request.gpu == expected)
    }

    @Test(arguments: [(nil, 4), (2, 2), (0, 0)] as [(Int?, Int)])
    func whatAJobWasGranted_isCounted(_ granted: Int?, _ expected: Int) throws {
        let resources = Resources(
            cpus: 8, memoryMib: 1024, gpus: (0..<4).map { _ in Gpu(name: "A100", memoryMib: 40_960, vendor: .nvidia) },
            spot: false, disk: Disk(sizeMib: 1024))
        let offer = InstanceOfferWithAvailability(
            backend: .remote, instance: InstanceType(name: "ssh", resources: resources), region: "remote", price: 0,
            availability: .idle, blocks: 1, totalBlocks: 1)
        let runtime = JobRuntimeData(networkMode: .bridge, gpu: granted, offer: offer)
        let record = JobRecord(
            id: "j", runID: "r", projectID: "p", name: "run-0-0", jobNum: 0, replicaNum: 0, submissionNum: 0,
            submittedAt: Timestamp(microseconds: 0), runtimeData: [UInt8](try JSONEncoder().encode(runtime)), spec: [],
            state: [])
        #expect(record.gpuCount == expected)
    }
}
