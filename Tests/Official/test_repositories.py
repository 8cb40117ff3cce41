"""Repositories with the official client: it sends the same things, and both clients know what the other kept."""

import os

import pytest
from dstack_harness import OFFICIAL_CLI, Server
from git_servers import GitServers, git


@pytest.fixture(scope="module")
def servers():
    with GitServers() as servers:
        yield servers


@pytest.fixture(scope="module")
def server(servers):
    """One that trusts the git server's certificate: the official client takes no plain http."""
    with Server(GIT_SSL_CAINFO=str(servers.certificate)) as server:
        ran = server.cli(
            "project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}", "--token", server.token,
            "-y", program=OFFICIAL_CLI)
        assert ran.status == 0, ran
        yield server


def apply(server, commands, *flags, program=OFFICIAL_CLI, **properties):
    name, file = server.configuration(commands, **properties)
    ran = server.cli("apply", "-f", file, "-y", "-d", *flags, program=program)
    assert ran.status == 0, ran
    return name


def printed(server, name):
    ended = server.wait_for(name, "done", "failed")
    assert ended["status"] == "done", (ended["latest_job_submission"], server.cli("logs", "-d", name).out)
    return server.logs(name)


def test_a_clone_with_changes_over_https(server, servers):
    commit = servers.make("public", {"file": "old\n", "gone": "x\n", "data.bin": b"\0\1\2" * 99})
    clone = servers.clone("public", server.work / "public", url=servers.url("public", secure=True))
    (clone / "file").write_text("new\n")
    (clone / "gone").unlink()
    (clone / "data.bin").write_bytes(b"\3\0" * 99)
    (clone / "new.bin").write_bytes(b"\4\0" * 99)
    (clone / "empty").touch()
    name = apply(server, ["cat file", "git rev-parse HEAD", "ls", "md5sum < new.bin"], "-P", clone)
    lines = printed(server, name).splitlines()
    assert lines[:2] == ["new", commit] and lines[2].split() == ["data.bin", "empty", "file", "new.bin"], lines
    # The same, by ours: the same id and commit.
    ours = apply(server, "cat file", "-P", clone, program=None)
    assert printed(server, ours) == "new\n"
    specs = [server.run(run)["run_spec"] for run in (name, ours)]
    assert specs[0]["repo_id"] == specs[1]["repo_id"]
    assert specs[0]["repo_data"] == specs[1]["repo_data"]


def test_a_private_repository_by_token_in_the_configuration(server, servers):
    servers.make("closed", {"file": "private\n"}, private=True)
    clone = servers.clone("closed", server.work / "closed", private=True, url=servers.url("closed", True, True))
    repos = {"repos": [{"local_path": str(clone), "path": "code"}]}
    name, file = server.configuration("true", **repos)
    ran = server.cli("apply", "-f", file, "-y", "-d", program=OFFICIAL_CLI)
    assert ran.status == 1 and "No valid default Git credentials found" in ran.text, ran
    ran = server.cli("init", "-P", clone, "--token", servers.token, program=OFFICIAL_CLI)
    assert ran.status == 0 and "OK" in ran.out, ran
    assert printed(server, apply(server, "cat code/file", **repos)) == "private\n"
    # Ours finds what the official client kept.
    assert printed(server, apply(server, "cat code/file", program=None, **repos)) == "private\n"


def test_a_deploy_key_over_ssh_that_ours_kept(server, servers):
    servers.make("keyed", {"file": "over ssh\n"})
    git("checkout", "-q", "-b", "side", cwd=servers.seeds / "keyed")
    servers.push("keyed", {"file": "on the side\n"}, "side")
    url = servers.ssh_url("keyed")
    ran = server.cli("init", "-P", url, "--git-identity", servers.key)
    assert ran.status == 0, ran
    assert printed(server, apply(server, "cat file", "-P", url)) == "over ssh\n"
    assert printed(server, apply(server, "cat file", "-P", url, "--repo-branch", "side")) == "on the side\n"
    assert printed(server, apply(server, "cat file", repos=[{"url": url, "branch": "side"}])) == "on the side\n"


def test_a_diff_over_the_limit_is_refused_in_the_clients_words(server, servers):
    servers.make("heavy", {"file": "x\n"})
    clone = servers.clone("heavy", server.work / "heavy", url=servers.url("heavy", secure=True))
    (clone / "large").write_bytes(os.urandom(3 << 20))
    _, file = server.configuration("true")
    ran = server.cli("apply", "-f", file, "-y", "-d", "-P", clone, program=OFFICIAL_CLI)
    assert ran.status != 0 and "exceeds the limit of 2.0MiB" in " ".join(ran.text.split()), ran
