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
              allow_managers_manage_secrets: true
            plugins: [rest_plugin]
            """
        let configuration = try ServerConfiguration(text: text, path: "config.yml")
        #expect(configuration.projects.first?.backends.first?.type == .aws)
        #expect(configuration.projects.first?.backends.first?.parameters["creds"]?["type"] == "default")
        #expect(
            configuration.encryptionKeys == [
                .aes(name: "key1", secret: "E5yzN6V3XvBq/f085ISWFCdgnOGED0kuFaAkASlmmO4="), .identity,
            ])
        #expect(!configuration.defaultPermissions.canCreateProjects)
        #expect(configuration.defaultPermissions.canManageSSHFleets)
        #expect(configuration.defaultPermissions.canManagersManageSecrets)
        #expect(configuration.plugins == ["rest_plugin"])
    }

    @Test func whatIsNotServed_isNamedWithFileProjectAndType() throws {
        let text = "projects:\n- name: team\n  backends:\n  - type: aws\n  - type: gcp\nplugins: [p]\n"
        #expect(
            try ServerConfiguration(text: text, path: "c.yml").unserved(path: "c.yml") == [
                "c.yml: project 'team': the backend 'aws' is not served yet; runs of this project get no offers from it",
                "c.yml: project 'team': the backend 'gcp' is not served yet; runs of this project get no offers from it",
                "c.yml: plugins: 'p' is not loaded; plugins are not served",
            ])
    }

    @Test(arguments: [
        ("projects:\n- name: a\n  backends:\n  - type: awss\n", "c.yml:4:5: projects[0].backends[0].type: 'awss'"),
        ("projects:\n- name: a\n  backends:\n  - region: x\n", "c.yml:4:5: projects[0].backends[0]"),
        ("projects:\n- name: a\n  backend: []\n", "c.yml:3:3: projects[0].backend"),
        ("projects: []\ndefault_permissions:\n  allow_all: true\n", "c.yml:3:3: default_permissions.allow_all"),
        ("projects: []\nprojekts: []\n", "c.yml:2:1: projekts"),
    ])
    func unknownTypesAndKeys_areRefusedWithTheirPlace(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try ServerConfiguration(text: text, path: "c.yml") }
        #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "-")")
    }

    @Test func mistakes_arePlacedWithoutTheSecret() {
        let text = "projects: []\nencryption:\n  keys:\n    - type: aess\n      name: k\n      secret: hush\n"
        let error = #expect(throws: ConfigurationError.self) { try ServerConfiguration(text: text, path: "c.yml") }
        #expect(
            error?.description
                == "c.yml:4:7: encryption.keys[0].type: 'aess' is not a type of key; known are aes and identity")
    }
}
