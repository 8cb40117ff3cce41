import Testing
import Wire

@testable import Runner

/// What of a checkout is a pure function.
@Suite struct RepoTests {
    @Test func aTokenGoesToItsServerAloneAndNoPasswordStaysInTheURL() {
        let access = RepoAccess(
            RemoteRepoCreds(cloneUrl: "https://me:secret@host:8443/a/b.git", oauthToken: "token"))
        #expect(access.url == "https://host:8443/a/b.git")
        #expect(access.settings.map(\.name) == ["http.https://host:8443/.extraHeader"])
        #expect(access.settings.map(\.value) == ["Authorization: Basic YW55dGhpbmc6dG9rZW4="])
        let ssh = RepoAccess(RemoteRepoCreds(cloneUrl: "ssh://git@host/a.git", privateKey: "k", oauthToken: "t"))
        #expect(ssh.url == "ssh://git@host/a.git")
        #expect(ssh.settings.isEmpty)
        #expect(ssh.privateKey == "k")
    }

    @Test func quotesAreGitsOwn() {
        #expect(GitTools.quoted("a b") == "'a b'")
        #expect(GitTools.quoted("it's") == "'it'\\''s'")
    }

    @Test(arguments: ["--upload-pack=x", "abc", "main", "12345 ", "zz1234567", String(repeating: "a", count: 65)])
    func whatIsNoHashIsRefused(hash: String) {
        #expect(throws: JobFailure.self) { try RepoNames.check(.init(repoType: "remote", repoHash: hash)) }
    }

    @Test(arguments: ["-x", "a..b", "a b", "a\nb", "a:b", "", "a^"]) func whatIsNoBranchIsRefused(branch: String) {
        #expect(throws: JobFailure.self) { try RepoNames.check(.init(repoType: "remote", repoBranch: branch)) }
    }

    @Test func namesAsTheyAreAreTaken() throws {
        try RepoNames.check(
            .init(
                repoType: "remote", repoBranch: "feature/ünï-1.2", repoHash: "0123456789abcdef0123456789abcdef01234567")
        )
    }

    @Test func progressIsToldNowAndThen() {
        var progress = GitProgress(interval: 5)
        func take(_ text: String, _ now: Int) -> [String] { progress.take(Array(text.utf8)[...], at: now) }
        #expect(take("Cloning into 'x'...\nReceiving objects:   1% (1/100)\rReceiving obj", 100).isEmpty)
        #expect(take("ects:   9% (9/100)\r", 106) == ["Receiving objects:   9% (9/100)"])
        #expect(take("Receiving objects:  10% (10/100)\r", 107).isEmpty)
        #expect(
            take("Receiving objects: 100% (100/100), 3 MiB, done.\n", 108) == [
                "Receiving objects: 100% (100/100), 3 MiB, done."
            ])
    }

    @Test func ofWhatGitSaysTheErrorsCount() {
        let text = "remote: Counting\nwarning: x\nerror: patch failed: a:1\nerror: a: patch does not apply\n"
        #expect(RepoCheckout.lastLines(of: text) == "error: patch failed: a:1; error: a: patch does not apply")
        #expect(RepoCheckout.lastLines(of: "one\ntwo\nthree\n") == "two; three")
        #expect(RepoCheckout.lastLines(of: "") == "")
    }

    @Test func aCheckoutThatIsStoppedIsNoFailure() {
        var machine = RunnerMachine()
        _ = machine.handle(.submit(.init(submission: "s", maxDuration: nil, grace: 5)))
        _ = machine.handle(.run)
        _ = machine.handle(.stop(.ofJob))
        let actions = machine.handle(.notStarted(.notStarted("cut short")))
        #expect(actions == [.cancelTimers, .publish(.stopped(.request, nil))])
    }
}
