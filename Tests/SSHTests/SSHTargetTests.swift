import SSH
import Testing

@Suite struct SSHTargetTests {
    @Test func descriptionOfAKey_tellsNothingOfIt() {
        #expect(!"\(SSHIdentity.key("-----BEGIN secret", passphrase: "word"))".contains("secret"))
    }
}
