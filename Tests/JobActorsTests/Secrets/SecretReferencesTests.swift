import Testing
import Wire

@testable import JobActors

@Suite struct SecretReferencesTests {
    private static let values = ["TOKEN": "t0ken-value", "USER": "me", "EMPTY": "", "$": "never"]

    /// What dstack's own interpolator gives for the same texts.
    @Test(arguments: [
        ("plain", "plain"), ("${{ secrets.TOKEN }}", "t0ken-value"), ("${{secrets.TOKEN}}!", "t0ken-value!"),
        ("a ${{ secrets.USER }} b ${{ secrets.TOKEN }}", "a me b t0ken-value"),
        (
            "$${{ secrets.TOKEN }}",
            "${{ secrets.TOKEN }}"
        ), ("$$", "$"), ("cost $5", "cost $5"), ("x$", "x$"), ("${HOME} $$", "${HOME} $$"),
        ("[${{ secrets.EMPTY }}]", "[]"),
    ])
    func env_isFilled(_ text: String, _ expected: String) throws {
        let spec = RunnerJobSpec(commands: ["true"], env: ["A": text])
        #expect(try SecretReferences.fill(spec, with: Self.values).env == ["A": expected])
    }

    @Test(arguments: [
        ("${{ secrets.GONE }}", SecretReferenceError.missing(["GONE"])),
        ("${{ secrets.TOKEN", .unclosed(place: "`env` variable A")),
        ("${{ secrets.A-B }}", .illegal("secrets.A-B", place: "`env` variable A")),
        ("${{ env.X }}", .illegal("env.X", place: "`env` variable A")),
        ("${{ }}", .illegal("", place: "`env` variable A")),
    ])
    func env_thatCannotBeFilled_isNamed(_ text: String, _ expected: SecretReferenceError) {
        let spec = RunnerJobSpec(commands: ["true"], env: ["A": text])
        #expect(throws: expected) { try SecretReferences.fill(spec, with: Self.values) }
    }

    @Test func missing_saysWhatToDo_andNoValue() {
        #expect(
            "\(SecretReferenceError.missing(["GONE"]))"
                == "secret 'GONE' is not set in the project: set it with `dstack secret set GONE`")
    }

    @Test func registryAuth_isFilled() throws {
        let auth = RegistryAuth(username: "${{ secrets.USER }}", password: "${{ secrets.TOKEN }}")
        #expect(
            try SecretReferences.fill(auth, with: Self.values)
                == RegistryAuth(username: "me", password: "t0ken-value"))
        #expect(throws: SecretReferenceError.missing(["USER"])) { try SecretReferences.fill(auth, with: [:]) }
    }

    @Test func commands_getAVariable_andNoValue() throws {
        let spec = RunnerJobSpec(commands: ["/bin/bash", "-i", "-c", "curl -H 'X: ${{ secrets.TOKEN }}' && true"])
        let filled = try SecretReferences.fill(spec, with: Self.values)
        #expect(filled.commands.last == #"curl -H 'X: '"${DSTACK_SECRET_TOKEN}"'' && true"#)
        #expect(filled.env == ["DSTACK_SECRET_TOKEN": "t0ken-value"])
    }

    @Test func commandsWithoutAShell_areRefused() {
        let spec = RunnerJobSpec(commands: ["python", "x.py", "${{ secrets.TOKEN }}"])
        #expect(throws: SecretReferenceError.noShell(nil)) { try SecretReferences.fill(spec, with: Self.values) }
        let fish = RunnerJobSpec(commands: ["/usr/bin/fish", "-i", "-c", "echo ${{ secrets.TOKEN }}"])
        #expect(throws: SecretReferenceError.noShell("fish")) { try SecretReferences.fill(fish, with: Self.values) }
    }

    @Test func commandsWithoutReferences_stayAsTheyAre() throws {
        let spec = RunnerJobSpec(commands: ["/bin/sh", "-i", "-c", "echo $$ '${{ groups[0].nodes[0].IP_ADDRESS }}'"])
        #expect(try SecretReferences.fill(spec, with: [:]) == spec)
    }
}
