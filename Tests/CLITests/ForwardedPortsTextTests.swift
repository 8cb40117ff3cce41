import Client
import Testing

@testable import CLI

@Suite struct ForwardedPortsTextTests {
    @Test func linesAreThoseOfDstack_withWhatCouldNotBeHad() {
        let ports = [
            ForwardedPort(local: 8000, remote: 8000),
            ForwardedPort(local: 8002, remote: 8001, missed: .init(port: 8001, reason: .taken)),
            ForwardedPort(local: 8080, remote: 80, missed: .init(port: 80, reason: .notPermitted)),
            ForwardedPort(local: 9001, remote: 9000, missed: .init(port: 9000, reason: .theRunsOwn)),
        ]
        #expect(
            ForwardedPortsText.lines(ports, host: "localhost").map(\.plain) == [
                "Forwarded ports (local -> remote):",
                "  - localhost:8000 -> 8000",
                "  - localhost:8002 -> 8001 (port 8001 is in use)",
                "  - localhost:8080 -> 80 (port 80 needs a privileged user)",
                "  - localhost:9001 -> 9000 (port 9000 is left to the run, which is on this machine's own network)",
            ])
        #expect(ForwardedPortsText.lines([], host: "localhost").isEmpty)
        #expect(ForwardedPortsText.lines([ports[0]], host: "::1")[1].plain == "  - [::1]:8000 -> 8000")
    }
}
