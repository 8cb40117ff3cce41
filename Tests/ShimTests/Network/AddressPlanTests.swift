import Testing

@testable import Shim

@Suite struct AddressPlanTests {
    @Test func next_neverGivesAnAddressTwice() {
        var plan = AddressPlan(seed: 12_345)
        let given = (0..<2000).map { _ in plan.next() }
        #expect(Set(given).count == 2000)
        #expect(given.allSatisfy { $0.hasPrefix("127.") && !$0.hasSuffix(".0") && !$0.hasSuffix(".255") })
    }

    @Test func next_skipsWhatIsTaken_andStartsOverAtTheEnd() {
        var plan = AddressPlan(seed: (1 << 22) - 2)
        #expect(plan.next() == "127.64.0.1")
        var second = AddressPlan(seed: 0)
        second.take("127.64.0.1")
        #expect(second.next() == "127.64.0.2")
        second.release("127.64.0.1")
        #expect(!second.taken.contains("127.64.0.1"))
    }

    @Test func socket_onATakenAddress_isRefused() throws {
        var plan = AddressPlan(seed: .random(in: 0 ... .max))
        let address = plan.next()
        let first = try RunnerSocket(address: address, port: 10999)
        let error = #expect(throws: ShimError.self) {
            let second = try RunnerSocket(address: address, port: 10999)
            _ = second.descriptor
        }
        #expect(error?.description == "listen '\(first.address):10999': Address already in use")
    }
}
