import Testing
import Wire

@testable import Supervisor

@Suite struct FleetHostTests {
    private static let rsa = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"
    private static let ecdsa = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----"

    private static func host(key: String, jumpKey: String?) throws -> FleetHost {
        let jump = jumpKey.map {
            SSHProxyParams(
                hostname: "gate", user: "me", identityFile: "k", sshKey: SSHKey(publicKey: "", privateKey: $0))
        }
        return try FleetHost.of(
            .address("inside"),
            in: SSHParams(
                user: "me", sshKey: SSHKey(publicKey: "", privateKey: key), proxyJump: jump, hosts: [.address("inside")]
            ),
            blocks: .count(1))
    }

    @Test func anRSAKey_opensAHost_andTheHostOnTheWay() throws {
        #expect(try Self.host(key: Self.rsa, jumpKey: nil).key == Self.rsa)
        #expect(try Self.host(key: Self.rsa, jumpKey: Self.ecdsa).proxyJump?.hostname == "gate")
        #expect(try Self.host(key: Self.ecdsa, jumpKey: Self.rsa).proxyJump?.sshKey?.privateKey == Self.rsa)
    }
}
