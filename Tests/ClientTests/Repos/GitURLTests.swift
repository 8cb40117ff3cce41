import Testing

@testable import Client

/// Addresses of repositories, and the ids that dstack 0.22.5 gives them.
@Suite struct GitURLTests {
    @Test(arguments: [
        (
            "https://github.com/dstackai/dstack", "https://github.com/dstackai/dstack",
            "ssh://git@github.com/dstackai/dstack", "dstack-nizdmsg0"
        ),
        (
            "git@github.com:dstackai/dstack.git", "https://github.com/dstackai/dstack.git",
            "ssh://git@github.com/dstackai/dstack.git", "dstack-nizdmsg0"
        ),
        (
            "ssh://git@Example.com:2222/a/b.git/", "https://example.com/a/b.git/",
            "ssh://git@example.com:2222/a/b.git/", "b-7hjbmp9c"
        ),
        (
            "https://u:p@host:8443/x/y.git?q", "https://host:8443/x/y.git", "ssh://git@host/x/y.git", "y-d2gi2d5h"
        ),
        ("https://github.com:443/a", "https://github.com/a", "ssh://git@github.com/a", "a-gchmk9bm"),
    ]) func areThoseOfTheOfficialClient(text: String, web: String, ssh: String, id: String) throws {
        let url = try #require(GitURL(text))
        #expect(url.webText == web)
        #expect(url.sshText == ssh)
        #expect(url.repoID == id)
    }

    @Test func plainHTTPKeepsItsSchemeAndPort() throws {
        let url = try #require(GitURL("http://127.0.0.1:8080/a.git"))
        #expect(url.webText == "http://127.0.0.1:8080/a.git")
        #expect(try #require(GitURL("http://host:80/a")).webText == "http://host/a")
    }

    @Test(arguments: [
        ".", "/srv/git/repo.git", "../a", "~/code", "file:///srv/a.git", "ftp://host/a", "https:///a",
        "https://host:port/a", "a@b", "C:/code", "",
    ])
    func pathsAndWhatIsNotReachedAreNone(text: String) {
        #expect(GitURL(text) == nil)
    }

    @Test func theTokenOfGitHubsClient() {
        let text = "github.com:\n    user: me\n    oauth_token: abc\nother.org:\n    oauth_token: \"def\"\n"
        #expect(GitHubHosts.token(for: "github.com", in: text) == "abc")
        #expect(GitHubHosts.token(for: "other.org", in: text) == "def")
        #expect(GitHubHosts.token(for: "third.org", in: text) == nil)
    }
}
