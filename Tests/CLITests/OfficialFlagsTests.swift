import ArgumentParser
import Testing

@testable import CLI

/// Every flag of dstack 0.22.5 of the commands that are served is taken, or refused by its name.
@Suite struct OfficialFlagsTests {
    /// A command, what it needs at least, and its flags with a value where they take one.
    struct Command: Sendable {
        var name: String
        var needs = ""
        var flags: String
    }

    static let profile = """
        --profile p, --no-profile, --max-price 1.5, --max-duration 2h, -b aws, --backend gcp, -r eu, --region eu,
        --instance-type a, --fleet f, -R, --reuse, --dont-destroy, --idle-duration 5m, --spot, --on-demand, --spot-auto,
        --spot-policy auto, --retry, --no-retry, --retry-duration 1h
        """
    static let resources = "--cpu 2, --gpu A100:2, --memory 8GB.., --disk 100GB.."
    static let events = """
        -w, --watch, --since 5m, --target-fleet f, --target-run r, --target-volume v, --target-gateway g,
        --target-secret s, --within-fleet p/f, --within-run r, --within-gateway g, --include-target-type run
        """

    static let commands = [
        Command(
            name: "apply",
            flags: """
                --project main, -f x.yml, --file x.yml, -y, --yes, --force, -d, --detach, -v, --verbose,
                --ssh-identity k, -n hello, --name hello, --max-offers 3, --full-offers, --unallocated, -e A=1,
                --env A, -P ., --repo ., --repo-branch b, --repo-hash h, --no-repo, -t x, --token x, --git-identity k,
                -p 8000, --port 8001:8000, --host 0.0.0.0, \(resources), \(profile)
                """),
        Command(
            name: "attach", needs: "hello",
            flags: """
                --project main, --ssh-identity k, --logs, --host 0.0.0.0, -p 8000, --port 8001:8000, --replica 1,
                --job 1, --since 5m
                """),
        Command(name: "init", flags: "--project main, -P ., --repo ., -t x, --token x, --git-identity k"),
        Command(name: "apply", needs: "--", flags: "first, --second"),
        Command(
            name: "offer",
            flags: """
                --project main, --format json, --json, --group-by gpu, --max-offers 9, --full-offers, --unallocated,
                \(resources), \(profile)
                """),
        Command(name: "fleet", flags: "--project main, -w, --watch, -v, --verbose"),
        Command(name: "fleet list", flags: "-w, --watch, -v, --verbose"),
        Command(name: "fleet delete", needs: "here", flags: "-i 0, --instance 1, -y, --yes"),
        Command(name: "fleet get --json", flags: "here, --id 11111111-1111-4111-8111-111111111111"),
        Command(name: "fleet --project main", flags: "list, delete here, get here --json"),
        Command(name: "event", flags: "--project main, \(events)"),
        Command(name: "event list", flags: events),
        Command(name: "event --project main", flags: "list, list --since 5m"),
        Command(
            name: "ps",
            flags: "--project main, -a, --all, -v, --verbose, -w, --watch, -n 3, --last 3, --format plain, --json"),
        Command(
            name: "logs", needs: "hello", flags: "--project main, -d, --diagnose, --replica 1, --job 1, --since 5m"),
        Command(name: "metrics", needs: "hello", flags: "--project main, -w, --watch, --replica 0, --job 0"),
        Command(name: "stop", needs: "hello", flags: "--project main, -x, --abort, -y, --yes"),
        Command(name: "delete", flags: "--project main, -f x.yml, --file x.yml, -y, --yes"),
        Command(name: "destroy", flags: "--project main, -f x.yml, --file x.yml, -y, --yes"),
        Command(name: "project", flags: "-v, --verbose"),
        Command(name: "project list", flags: "-v, --verbose"),
        Command(name: "project add", needs: "--name a --url http://a --token t", flags: "-y, --yes, -n, --no"),
        Command(name: "project delete", needs: "--name a", flags: "-y, --yes"),
        Command(name: "project set-default", flags: "a"),
        Command(name: "run get --json", flags: "hello, --id 11111111-1111-4111-8111-111111111111"),
        Command(name: "secret", flags: "--project main"),
        Command(name: "secret list", flags: "--project main"),
        Command(name: "secret get", needs: "a", flags: "--project main"),
        Command(name: "secret set", needs: "a value", flags: "--project main"),
        Command(name: "secret delete", needs: "a", flags: "-y, --yes"),
        Command(name: "secret --project main", flags: "list, get a, set a b, delete a"),
        Command(name: "run --project main", flags: "get hello --json"),
    ]

    /// The command lines that are official: each flag alone.
    static let lines: [[String]] = commands.flatMap { command -> [[String]] in
        let start = words(command.name) + words(command.needs)
        let flags = command.flags.split { $0 == "," || $0 == "\n" }.map { words(String($0)) }
        return flags.filter { !$0.isEmpty }.map { start + $0 }
    }

    static func words(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init)
    }

    @Test(arguments: lines) func anOfficialCommandLineIsTaken(line: [String]) throws {
        _ = try DstackCommand.parseAsRoot(ArgumentOrder.normalized(line))
    }

    @Test(arguments: Set(commands.map(\.name)).sorted()) func helpIsShown(command: String) throws {
        for flag in ["-h", "--help"] {
            var help = try DstackCommand.parseAsRoot(Self.words(command) + [flag])
            let error = #expect(throws: (any Error).self) { try help.run() }
            #expect(error.map { DstackCommand.exitCode(for: $0) } == .success)
        }
    }

    @Test(arguments: [
        ("event --target-run a --target-volume b", "--target-run and --target-volume exclude each other"),
        ("event --within-run a --within-gateway b", "--within-run and --within-gateway exclude each other"),
        ("offer --group-by backend", "needs gpu as well"),
        ("offer --group-by gpu --group-by region", "needs backend as well"),
        ("offer --group-by gpu,colour", "not 'colour'"),
    ]) func whatExcludesEachOther(line: String, words: String) {
        let arguments = Self.words(line)
        let error = #expect(throws: (any Error).self) { try DstackCommand.parseAsRoot(arguments) }
        #expect(error.map { DstackCommand.message(for: $0).contains(words) } == true)
    }

    @Test func theProjectOfAGroupStaysWhereThereIsNoCommandAfterIt() {
        #expect(ArgumentOrder.normalized(["fleet", "--project", "list"]) == ["fleet", "--project", "list"])
        #expect(ArgumentOrder.normalized(["ps", "--project", "main"]) == ["ps", "--project", "main"])
        #expect(
            ArgumentOrder.normalized(["run", "--project=main", "get", "x"]) == ["run", "get", "--project=main", "x"])
    }
}
