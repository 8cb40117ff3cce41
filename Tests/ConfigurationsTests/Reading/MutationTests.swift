import Configurations
import Testing

/// Every configuration of the corpus with one character changed is read or refused, and never more.
@Suite struct MutationTests {
    @Test func changedConfigurations_areReadOrRefused() throws {
        let changes: [Character?] = [nil, "\t", ":", "-", "[", "}", "\"", "&", "*", "!", "\u{0}", "\u{FEFF}", "é"]
        var (count, refused) = (0, 0)
        for (row, value) in try Fixture.rows("configurations.json").enumerated() {
            var characters = Array(try #require(value["yaml"]?.text))
            let position = (row * 7919) % max(1, characters.count)
            for change in changes {
                let old = characters[position]
                if let change { characters[position] = change } else { characters.remove(at: position) }
                count += 1
                do {
                    let file = try ConfigurationFile(text: String(characters), path: "x")
                    _ = file.refusals
                } catch {
                    refused += 1
                    #expect(!error.problems.isEmpty)
                    #expect(error.problems.allSatisfy { !$0.message.isEmpty })
                }
                if change == nil { characters.insert(old, at: position) } else { characters[position] = old }
            }
        }
        #expect(count > 1500)
        #expect(refused > count / 4)
    }
}
