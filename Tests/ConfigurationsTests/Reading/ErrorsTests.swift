import Configurations
import Testing

@Suite struct ErrorsTests {
    private func error(_ yaml: String) -> String {
        do {
            _ = try ConfigurationFile(text: yaml, path: "a.yml")
            return ""
        } catch {
            return error.description
        }
    }

    @Test func unknownProperty_suggestsTheNearest() {
        #expect(
            error("type: task\ncommands: [x]\ncomands: [y]")
                == "a.yml:3:1: comands: there is no property 'comands'; did you mean 'commands'?")
        #expect(
            error("type: task\ncommands: [x]\nresources:\n  cpu: 2\n  memmory: 8GB")
                == "a.yml:5:3: resources.memmory: there is no property 'memmory'; did you mean 'memory'?")
        #expect(
            error("type: task\ncommands: [x]\nmax-duration: 1h")
                == "a.yml:3:1: max-duration: there is no property 'max-duration'; did you mean 'max_duration'?")
        #expect(error("type: task\ncommands: [x]\nxyzzy: 1") == "a.yml:3:1: xyzzy: there is no property 'xyzzy'")
    }

    @Test func severalMistakes_areReportedAtOnce() {
        let yaml = """
            type: task
            commands: [x]
            priority: 500
            spot_policy: cheap
            resources:
              memory: lots
              gpus: 2
            env:
              A: true
            """
        let lines = error(yaml).split(separator: "\n").map(String.init)
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("a.yml:3:1: priority: a priority is 0 to 100"))
        #expect(lines[1] == "a.yml:4:1: spot_policy: expected one of spot, on-demand, auto, found 'cheap'")
        #expect(lines[2].hasPrefix("a.yml:6:3: resources.memory:"))
        #expect(lines[3].hasPrefix("a.yml:7:3: resources.gpus:"))
        #expect(lines[4].hasPrefix("a.yml:8:1: env:"))
    }

    @Test func missingProperty_isNamed() {
        #expect(error("type: service\ncommands: [x]") == "a.yml:1:1: port: this property is required")
        #expect(error("commands: [x]").hasPrefix("a.yml:1:1: the property type is required; it is one of task,"))
    }

    @Test func itemsOfLists_areNumbered() {
        #expect(error("type: task\ncommands: [x]\nports:\n  - 80\n  - web").hasPrefix("a.yml:5:5: ports[1]: expected"))
    }

    @Test func stray_colon_isExplained() {
        #expect(
            error("type: task\ncommands:\n  - echo: hi")
                == "a.yml:3:5: commands[0]: expected a text, found a mapping")
    }

    @Test func syntax_isPlaced() {
        #expect(error("type: task\ncommands:\n\t- x").hasPrefix("a.yml:3:1: this is not valid YAML:"))
        #expect(error("type: task\ncommands: [x").hasPrefix("a.yml:3:1: this is not valid YAML:"))
        #expect(error("").hasPrefix("a.yml: the file is empty"))
        #expect(error("type: task\ntype: task\ncommands: [x]").contains("type: this property is given twice"))
    }
}
