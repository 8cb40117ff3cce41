import Backends
import Testing

@Suite struct LocalMachineTests {
    @Test func resources_areThisMachines() async throws {
        let resources = try await LocalMachine.resources(disk: "/tmp")
        #expect(resources.cpus >= 1)
        #expect(resources.memoryMib > 100)
        #expect(resources.disk.sizeMib > 100)
        #expect(!resources.spot)
    }
}
