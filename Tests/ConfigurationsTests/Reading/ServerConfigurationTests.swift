import Configurations
import Foundation
import Testing
import Wire

@Suite struct ServerConfigurationTests {
    @Test func officialFirstFile_isRead() throws {
        let file = Fixture.root.appending(path: "Fixtures/official/server-config.yml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let configuration = try ServerConfiguration(text: text, path: "config.yml")
        #expect(configuration.projects.map(\.name) == ["main"])
        #expect(configuration.projects.first?.backends == [])
        #expect(configuration.encryptionKeys == [])
    }

    @Test func everything_isRead() throws {
        let text = """
            projects:
              - name: main
                backends:
                  - type: aws
                    creds: {type: default}
            encryption:
              keys:
                - type: aes
                  name: key1
                  secret: E5yzN6V3XvBq/f085ISWFCdgnOGED0kuFaAkASlmmO4=
                - type: identity
            default_permissions:
              allow_non_admins_create_projects: false
            plugins: [rest_plugin]
            """
        let configuration = try ServerConfiguration(text: text, path: "config.yml")
        #expect(configuration.projects.first?.backends.first?["type"] == "aws")
        #expect(
            configuration.encryptionKeys == [
                .aes(name: "key1", secret: "E5yzN6V3XvBq/f085ISWFCdgnOGED0kuFaAkASlmmO4="), .identity,
            ])
        #expect(configuration.defaultPermissions?.canCreateProjects == false)
        #expect(configuration.defaultPermissions?.canManageSSHFleets == true)
        #expect(configuration.plugins == ["rest_plugin"])
    }

    @Test func mistakes_arePlacedWithoutTheSecret() {
        let text = "projects: []\nencryption:\n  keys:\n    - type: aess\n      name: k\n      secret: hush\n"
        let error = #expect(throws: ConfigurationError.self) { try ServerConfiguration(text: text, path: "c.yml") }
        #expect(
            error?.description
                == "c.yml:4:7: encryption.keys[0].type: 'aess' is not a type of key; known are aes and identity")
    }
}
