import Foundation
import Testing

@testable import JobActors

/// Each script is run by a real shell with a value that is hard to quote: what it prints is what a reader expects.
@Suite struct ShellSecretsTests {
    private static let value = #"a 'b' "c" $HOME `id` \ *;#"#

    private static func run(_ script: String, shell: String) throws -> String {
        let rewritten = try ShellSecrets.rewrite(script)
        #expect(!rewritten.text.contains(value))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments = ["-c", rewritten.text]
        process.environment = ["PATH": "/usr/bin:/bin", "DSTACK_SECRET_A": value]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("printf '<%s>' ${{ secrets.A }}", "<V>"),
            ("printf '<%s>' \"x${{ secrets.A }}y\"", "<xVy>"),
            ("printf '<%s>' 'x${{ secrets.A }}y'", "<xVy>"),
            ("printf '<%s>' x${{secrets.A}}y", "<xVy>"),
            ("printf '<%s>' ${{ secrets.A }}${{ secrets.A }}", "<VV>"),
            ("X=${{ secrets.A }}; printf %s \"$X\"", "V"),
            ("printf %s \"$(printf '%s' '${{ secrets.A }}')\"", "V"),
            ("printf %s \"$(printf '%s' \"<${{ secrets.A }}>\")\" '${{ secrets.A }}'", "<V>V"),
            ("# don't ${{ secrets.A }}\nprintf %s '${{ secrets.A }}'", "V"),
            ("printf %s a#b' ${{ secrets.A }}'", "a#b V"),
            ("cat <<EOF\nit's ${{ secrets.A }}\nEOF\nprintf %s '${{ secrets.A }}'", "it's V\nV"),
            ("cat <<-EOF\n\t${{ secrets.A }}\n\tEOF\n", "V\n"),
            ("printf %s $((1 << 2)) '${{ secrets.A }}'", "4V"),
            ("printf %s '$${{ secrets.A }}'", "${{ secrets.A }}"),
            ("printf %s \\' ${{ secrets.A }}", "'V"),
            ("printf %s \"\\\"${{ secrets.A }}\\\"\"", "\"V\""),
            ("printf %s `printf %s '${{ secrets.A }}'` >/dev/null; printf ok", "ok"),
            ("(printf %s '${{ secrets.A }}')", "V"),
        ], ["/bin/sh", "/bin/bash"])
    func script_printsTheValue(_ pair: (String, String), _ shell: String) throws {
        #expect(try Self.run(pair.0, shell: shell) == pair.1.replacing("V", with: Self.value))
    }

    @Test func dollarQuotes_ofBash() throws {
        #expect(try Self.run(#"printf %s $'it\'s ${{ secrets.A }}\t!'"#, shell: "/bin/bash") == "it's \(Self.value)\t!")
    }

    @Test func quotedDocument_isRefused() {
        #expect(throws: SecretReferenceError.quotedDocument(delimiter: "EOF")) {
            try ShellSecrets.rewrite("cat <<'EOF'\n${{ secrets.A }}\nEOF\n")
        }
    }

    @Test func otherReferences_stay() throws {
        let script = "echo ${{ groups[0].nodes[0].IP_ADDRESS }} ${{ secrets.A }}"
        let rewritten = try ShellSecrets.rewrite(script)
        #expect(rewritten.text == "echo ${{ groups[0].nodes[0].IP_ADDRESS }} \"${DSTACK_SECRET_A}\"")
        #expect(rewritten.names == ["A"])
        #expect(!ShellSecrets.hasReference("echo $${{ secrets.A }} ${{ run.args }}"))
    }

    @Test func nameThatIsNone_isRefused() {
        #expect(throws: SecretReferenceError.illegal("secrets.A-B", place: "`commands`")) {
            try ShellSecrets.rewrite("echo ${{ secrets.A-B }}")
        }
    }
}
