"""Repositories: cloned where the job is, with the user's changes over the commit. Git servers are real ones."""

import itertools
import os
import shutil

import pytest
from dstack_harness import files_below
from git_servers import GitServers, git

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def servers():
    with GitServers() as servers:
        yield servers


@pytest.fixture
def name():
    return f"repo{next(numbers)}"


def apply(server, commands, *flags, cwd=None, program=None, status=0, configuration=None, **environment):
    """Applies a task, detached; returns (its name, what apply printed)."""
    run, file = server.configuration(commands, **(configuration or {}))
    ran = server.cli("apply", "-f", file, "-y", "-d", *flags, cwd=cwd, program=program, **environment)
    assert ran.status == status, ran
    return run, ran


def outcome(server, run):
    """The log of a run that is done."""
    ended = server.wait_for(run, "done", "failed")
    assert ended["status"] == "done", (ended["latest_job_submission"], server.cli("logs", run, "--diagnose").out)
    return server.logs(run)


def refusal(server, run):
    """Why a run failed."""
    job = server.wait_for(run, "failed")["latest_job_submission"]
    assert job["termination_reason"] == "executor_error", job
    return job["termination_reason_message"]


def test_a_changed_file_of_a_clone(shared, servers, name):
    commit = servers.make(name, {"hello.txt": "old\n"})
    clone = servers.clone(name, shared.work / name)
    (clone / "hello.txt").write_text("new\n")
    run, _ = apply(shared, ["cat hello.txt", "git rev-parse HEAD", "git config user.email"], "-P", ".", cwd=clone)
    assert outcome(shared, run) == f"new\n{commit}\ngrace@example.com\n"


def test_a_change_in_the_moment_of_the_checkout(shared, servers, name):
    """Same size, same time as the index: only its content tells."""
    servers.make(name, {"file": "old\n"})
    clone = servers.clone(name, shared.work / name)
    git("config", "core.trustctime", "false", cwd=clone)
    stamp = 1_700_000_000_123_456_789
    os.utime(clone / "file", ns=(stamp, stamp))
    git("update-index", "--refresh", cwd=clone)
    (clone / "file").write_text("new\n")
    for path in (clone / "file", clone / ".git" / "index"):
        os.utime(path, ns=(stamp, stamp))
    run, _ = apply(shared, "cat file", "-P", clone)
    assert outcome(shared, run) == "new\n"


def test_every_kind_of_change_arrives_and_the_clone_stays_as_it_was(shared, servers, name):
    block = bytes(range(256)) * 64
    servers.make(name, {
        "text.txt": "one\ntwo\n", "binary.bin": block, "moved.txt": "a line of some length\n" * 20, "gone.txt": "x\n",
        "script.sh": "#!/bin/sh\necho ran\n", "folder/kept.txt": "kept\n", ".gitignore": "*.ignored\n",
        "twice.txt": "committed\n"})
    clone = servers.clone(name, shared.work / name)
    (clone / "text.txt").write_text("one\n2\n")
    (clone / "binary.bin").write_bytes(block[::-1])
    (clone / "folder" / "new name.txt").write_bytes((clone / "moved.txt").read_bytes())
    (clone / "moved.txt").unlink()
    (clone / "gone.txt").unlink()
    (clone / "script.sh").chmod(0o755)
    (clone / "unpushed.txt").write_text("unpushed\n")
    git("add", "unpushed.txt", cwd=clone)
    git("commit", "-q", "-m", "only here", cwd=clone)
    (clone / "twice.txt").write_text("staged\n")
    git("add", "twice.txt", cwd=clone)
    (clone / "twice.txt").write_text("and changed again\n")
    # Files that git does not know.
    (clone / "héllo \"wörld\".txt").write_text("named\n")
    (clone / "empty").touch()
    (clone / "new.bin").write_bytes(b"\0" + block)
    (clone / "link").symlink_to("text.txt")
    (clone / "out.ignored").write_text("secret\n")
    (clone / ".dstackignore").write_text("heavy/\n")
    (clone / "heavy").mkdir()
    (clone / "heavy" / "data").write_text("not sent\n")
    (clone / "folder" / ".dstackignore").write_text("local-*\n")
    (clone / "folder" / "local-notes").write_text("not sent\n")
    index = (clone / ".git" / "index").read_bytes()
    objects = sorted((clone / ".git" / "objects").rglob("*"))

    run, _ = apply(
        shared, ["cat text.txt twice.txt unpushed.txt h*.txt link", "md5sum binary.bin new.bin 'folder/new name.txt'",
                 "./script.sh", "find . -path ./.git -prune -o -type f -print | sort", "stat -c '%s %n' empty"],
        "-P", clone)
    printed = outcome(shared, run).splitlines()
    assert printed[:7] == ["one", "2", "and changed again", "unpushed", "named", "one", "2"], printed
    import hashlib
    sums = [hashlib.md5((clone / file).read_bytes()).hexdigest()
            for file in ("binary.bin", "new.bin", "folder/new name.txt")]
    assert [line.split()[0] for line in printed[7:10]] == sums
    assert printed[10] == "ran"
    assert printed[11:-1] == sorted([
        "./.dstackignore", "./.gitignore", "./binary.bin", "./empty", "./folder/.dstackignore", "./folder/kept.txt",
        "./folder/new name.txt", "./héllo \"wörld\".txt", "./new.bin", "./script.sh", "./text.txt", "./twice.txt",
        "./unpushed.txt"]), printed
    assert printed[-1] == "0 empty"
    assert (clone / ".git" / "index").read_bytes() == index
    assert sorted((clone / ".git" / "objects").rglob("*")) == objects


def test_a_private_repository_by_token(servers, name, tmp_path):
    """The token is asked for once, opens the repository, and is seen nowhere in and around the job."""
    real = shutil.which("git")
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "git"
    wrapper.write_text(f"#!/bin/sh\necho \"$@\" >> {tmp_path}/arguments\nexec {real} \"$@\"\n")
    wrapper.chmod(0o755)
    from dstack_harness import Server
    with Server(PATH=f"{tmp_path}/bin:{os.environ['PATH']}") as server:
        servers.make(name, {"file": "private\n"}, private=True)
        clone = servers.clone(name, server.work / name, private=True)
        _, ran = apply(server, "true", "-P", clone, status=1)
        assert "--token" in ran.err and servers.url(name, private=True) in ran.err, ran
        ran = server.cli("init", "-P", clone, "-t", "wrong")
        assert ran.status == 1 and "cannot be opened with the token" in ran.err, ran
        ran = server.cli("init", "-t", servers.token, cwd=clone)
        assert (ran.status, ran.out) == (0, "OK\n"), ran
        (clone / "file").write_text("changed\n")
        run, _ = apply(
            server, ["cat file", "cat .git/config", "env", "cat /proc/$PPID/environ | tr '\\0' '\\n'",
                     "ls ../git ../code 2>&1 || true"], "-P", clone)
        printed = outcome(server, run)
        assert printed.startswith("changed\n"), printed
        import base64
        encoded = base64.b64encode(f"anything:{servers.token}".encode()).decode()
        told = printed + (tmp_path / "arguments").read_text()
        assert "fetch" in told and servers.token not in told and encoded not in told, told
        for file, content in files_below(server.folder):
            assert servers.token.encode() not in content and encoded.encode() not in content, file


def test_a_private_repository_by_deploy_key(shared, servers, name):
    servers.make(name, {"file": "over ssh\n"})
    clone = servers.clone(name, shared.work / name, url=servers.ssh_url(name))
    _, ran = apply(shared, "true", "-P", clone, "--git-identity", servers.scratch / "other_key", status=1)
    assert "cannot be opened with the private key" in ran.err, ran
    run, _ = apply(
        shared, ["cat file", "find .. -name '*key*'", "env | grep -i ssh || true", "git remote get-url origin"],
        "-P", clone, "--git-identity", servers.key)
    assert outcome(shared, run) == f"over ssh\n{servers.ssh_url(name)}\n"
    # It is kept for the user: the next time nothing has to be given.
    run, _ = apply(shared, "cat file", "-P", clone)
    assert outcome(shared, run) == "over ssh\n"


def test_a_repository_by_url_its_branch_and_its_commit(shared, servers, name):
    first = servers.make(name, {"file": "first\n"})
    servers.push(name, {"file": "second\n"}, "second")
    git("checkout", "-q", "-b", "side", cwd=servers.seeds / name)
    servers.push(name, {"file": "third\n"}, "third")
    show = ["cat file", "git branch -a --format '%(refname:short)' | sort", "git rev-list --count HEAD"]
    for flags, printed in (
            ([], "second\nmain\norigin/main\n1\n"),
            (["--repo-branch", "side"], "third\norigin/side\nside\n1\n"),
            (["--repo-hash", first], "first\nmain\norigin/main\n1\n"),
            (["--repo-hash", first[:9]], "first\nmain\norigin/main\n1\n")):
        run, _ = apply(shared, show, "-P", servers.url(name), *flags)
        assert outcome(shared, run) == printed, flags
    run, _ = apply(
        shared, show, configuration={"repos": [{"url": servers.url(name), "branch": "side"}], "single_branch": False})
    assert outcome(shared, run) == "third\norigin/main\norigin/side\nside\n3\n"
    run, _ = apply(shared, "ls", "--no-repo", configuration={"repos": [servers.url(name)]})
    assert outcome(shared, run) == ""


def test_the_repository_of_a_configuration_and_its_path(shared, servers, name):
    servers.make(name, {"file": "here\n"})
    servers.clone(name, shared.work / name)
    run, _ = apply(
        shared, ["cat sub/dir/file", "echo $DSTACK_REPO_DIR | sed s,$PWD,.,", "echo $DSTACK_REPO_ID"],
        configuration={"repos": [{"local_path": f"./{name}", "path": "sub/dir"}]})
    printed = outcome(shared, run).splitlines()
    assert printed[:2] == ["here", "./sub/dir"] and printed[2].startswith(f"{name}-"), printed
    taken = shared.scratch / f"taken-{name}"
    taken.mkdir()
    (taken / "mine").write_text("kept\n")
    repos = {"local_path": name, "path": str(taken)}
    run, _ = apply(shared, "true", configuration={"repos": [repos]})
    message = refusal(shared, run)
    assert f"'{taken}', which is not empty" in message and "if_exists: skip" in message, message
    run, _ = apply(shared, f"ls {taken}", configuration={"repos": [{**repos, "if_exists": "skip"}]})
    assert outcome(shared, run) == "mine\n"


def test_the_files_belong_to_the_jobs_user(servers, name):
    if os.getuid() != 0:
        pytest.fail("this test changes users: run the suite as root")
    from dstack_harness import Server
    with Server() as server:
        for folder in (server.scratch, server.folder):
            folder.chmod(0o711)
        servers.make(name, {"folder/file": "x\n"}, private=True)
        clone = servers.clone(name, server.work / name, private=True)
        (clone / "untracked").write_text("y\n")
        run, _ = apply(
            server, ["find . ! -user daemon", "id -un", "git status --short"], "-P", clone, "-t", servers.token,
            configuration={"user": "daemon"})
        assert outcome(server, run) == "daemon\n?? untracked\n"


def test_a_submodule_is_cloned_too(shared, servers, name):
    servers.make(f"{name}-inner", {"inner.txt": "inside\n"})
    servers.make(name, {"outer.txt": "outside\n"})
    seed = servers.seeds / name
    git("submodule", "add", "-q", servers.url(f"{name}-inner"), "inner", cwd=seed)
    servers.push(name, {}, "with a submodule")
    run, _ = apply(shared, "cat outer.txt inner/inner.txt", "-P", servers.url(name))
    assert outcome(shared, run) == "outside\ninside\n"


def test_a_directory_that_an_older_client_sends(shared):
    """`repo_type: local`: the code is a tar."""
    import hashlib
    import io
    import tarfile
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        info = tarfile.TarInfo("sub/file.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"local"))
    code = tar.getvalue()
    digest = hashlib.sha256(code).hexdigest()
    shared.api("project/main/repos/init", {
        "repo_id": "old-client", "repo_info": {"repo_type": "local", "repo_dir": "/home/me/code"}})
    upload(shared, "old-client", digest, code)
    run = submit(shared, "cat sub/file.txt", "old-client", {"repo_type": "local", "repo_dir": "/home/me/code"}, digest)
    assert outcome(shared, run) == "local"


def upload(server, repo, digest, code):
    """Uploads code as any client does."""
    import http.client
    boundary = "a-boundary"
    body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{digest}\"\r\n\r\n".encode()
            + code + f"\r\n--{boundary}--\r\n".encode())
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", f"/api/project/main/repos/upload_code?repo_id={repo}", body, {
        "Authorization": f"Bearer {server.token}", "Content-Type": f"multipart/form-data; boundary={boundary}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def submit(server, commands, repo, data, code_hash=None):
    """Submits a task by the API."""
    run = f"by-api-{next(numbers)}"
    spec = {
        "run_name": run, "repo_id": repo, "repo_data": data, "repo_code_hash": code_hash,
        "configuration_path": "x.yml", "configuration": {"type": "task", "name": run, "commands": [commands]}}
    server.api("project/main/runs/apply", {"plan": {"run_spec": spec}, "force": True})
    return run


# Bad input.


def test_a_repository_that_moved_on(shared, servers, name):
    servers.make(name, {"file": "first\n"})
    servers.push(name, {"file": "second\n"}, "second")
    clone = servers.clone(name, shared.work / name)
    seed = servers.seeds / name
    git("reset", "-q", "--hard", "HEAD~1", cwd=seed)
    servers.push(name, {"file": "rewritten\n"}, "another second", "--force")
    git("reflog", "expire", "--expire=now", "--all", cwd=servers.bare(name))
    git("gc", "-q", "--prune=now", cwd=servers.bare(name))
    run, _ = apply(shared, "true", "-P", clone)
    message = refusal(shared, run)
    gone = git("rev-parse", "origin/main", cwd=clone)[:12]
    assert f"{servers.url(name)} no longer has commit {gone} of branch main" in message, message
    assert "fetch" in message, message
    run, _ = apply(shared, "true", "-P", servers.url(name), "--repo-branch", "never-was")
    message = refusal(shared, run)
    assert "no longer has branch never-was" in message, message


def test_a_repository_that_needs_other_credentials(shared, servers, name):
    servers.make(name, {"file": "x\n"}, private=True)
    url = servers.url(name, private=True)
    info = {"repo_type": "remote", "repo_name": name}
    shared.api("project/main/repos/init", {
        "repo_id": name, "repo_info": info, "repo_creds": {"clone_url": url, "oauth_token": "was-taken-back"}})
    message = refusal(shared, submit(shared, "true", name, {**info, "repo_branch": "main"}))
    assert f"{url} cannot be cloned with the credentials that this project has for it" in message, message
    assert "dstack init --token" in message and "was-taken-back" not in message, message
    shared.api("project/main/repos/init", {
        "repo_id": name, "repo_info": info, "repo_creds": {
            "clone_url": servers.ssh_url(name), "private_key": (servers.scratch / "other_key").read_text()}})
    message = refusal(shared, submit(shared, "true", name, {**info, "repo_branch": "main"}))
    assert "Permission denied" in message and "--git-identity" in message, message
    # Known to the project, and not by this user.
    shared.api("project/main/repos/init", {"repo_id": name, "repo_info": info})
    message = refusal(shared, submit(shared, "true", name, {**info, "repo_branch": "main"}))
    assert "dstack init" in message, message
    # Not known at all.
    status, answer = shared.request("POST", "/api/project/main/runs/apply", {"plan": {"run_spec": {
        "repo_id": "never-seen", "repo_data": info, "configuration_path": "x",
        "configuration": {"type": "task", "commands": ["true"]}}}, "force": True})
    assert status == 400 and answer["detail"][0]["code"] == "repo_does_not_exist", answer


def test_a_diff_that_does_not_apply(shared, servers, name):
    commit = servers.make(name, {"file": "as it is\n"})
    info = {"repo_type": "remote", "repo_name": name}
    shared.api("project/main/repos/init", {
        "repo_id": name, "repo_info": info, "repo_creds": {"clone_url": servers.url(name)}})
    diff = b"--- a/file\n+++ b/file\n@@ -1 +1 @@\n-as it was\n+as it will be\n"
    upload(shared, name, "d" * 64, diff)
    run = submit(shared, "true", name, {**info, "repo_branch": "main", "repo_hash": commit}, "d" * 64)
    message = refusal(shared, run)
    assert f"do not apply to {servers.url(name)} at {commit[:12]}" in message, message
    assert "patch failed: file:1" in message and "git diff" in message, message


def test_a_two_gigabyte_untracked_file(shared, servers, name):
    servers.make(name, {"file": "x\n"})
    clone = servers.clone(name, shared.work / name)
    (clone / "small.txt").write_text("y\n")
    import resource
    import time

    def measured(**more):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
        _, ran = apply(shared, "true", "-P", clone, **more)
        return ran, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, time.monotonic() - started

    _, usual_work, usual_time = measured()
    with open(clone / "weights.bin", "wb") as file:
        file.truncate(2 << 30)
    ran, work, took = measured(status=1)
    assert "2.0 GiB  weights.bin" in ran.err and "the server takes 2.0 MiB" in ran.err, ran
    assert ".dstackignore" in ran.err, ran
    # Hashing or compressing it alone would take several times that.
    assert work - usual_work < 1 and took - usual_time < 10, (work, usual_work, took, usual_time)


def test_a_diff_over_the_limit(shared, servers, name):
    servers.make(name, {"tracked.bin": b"x"})
    clone = servers.clone(name, shared.work / name)
    (clone / "tracked.bin").write_bytes(os.urandom(1 << 20))
    (clone / "untracked.bin").write_bytes(os.urandom(3 << 20))
    (clone / "small").write_text("z\n")
    run, ran = apply(shared, "true", "-P", clone, status=1)
    lines = [line.split() for line in ran.err.splitlines() if line.startswith("  ")]
    assert [line[-1] for line in lines] == ["untracked.bin", "tracked.bin", "small"], ran
    assert "the server takes 2.0 MiB" in ran.err and "DSTACK_SERVER_CODE_UPLOAD_LIMIT" in ran.err, ran
    # It was told before anything was sent.
    assert shared.request("POST", "/api/project/main/runs/get", {"run_name": run})[0] == 400
    # What can be compressed is counted as it is sent.
    (clone / "tracked.bin").write_bytes(b"\0" * (8 << 20))
    (clone / "untracked.bin").unlink()
    run, _ = apply(shared, "stat -c %s tracked.bin", "-P", clone)
    assert outcome(shared, run) == f"{8 << 20}\n"


def test_folders_that_cannot_be_sent(shared, servers, name):
    servers.make(name, {"sub/file": "x\n"})
    clone = servers.clone(name, shared.work / name)
    plain = shared.work / f"{name}-plain"
    plain.mkdir()
    for repo, words in (
            (plain, "is not a git repository; send any directory with `files`"),
            (clone / "sub", f"is inside the git repository '{clone}'"),
            (clone / "nowhere", "does not exist")):
        _, ran = apply(shared, "true", "-P", repo, status=1)
        assert words in ran.err, ran
    git("checkout", "-q", "-b", "local-only", cwd=clone)
    _, ran = apply(shared, "true", "-P", clone, status=1)
    assert "follows no remote branch; push it with `git push -u origin local-only`" in ran.err, ran
    git("checkout", "-q", "--detach", cwd=clone)
    _, ran = apply(shared, "true", "-P", clone, status=1)
    assert "detached HEAD" in ran.err, ran


def test_a_stop_does_not_wait_for_a_clone(shared):
    """A git server that takes the connection and never answers."""
    import socket
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/silent.git"
        info = {"repo_type": "remote", "repo_name": "silent"}
        shared.api("project/main/repos/init", {
            "repo_id": "silent", "repo_info": info, "repo_creds": {"clone_url": url}})
        run = submit(shared, "true", "silent", {**info, "repo_branch": "main"})
        silent.settimeout(30)
        connection, _ = silent.accept()  # The clone has begun.
        with connection:
            assert shared.cli("stop", "-y", run).status == 0
            assert shared.wait_for(run)["status"] == "terminated"
            # The clone would have gone on for a minute: its end is seen here.
            connection.settimeout(20)
            while connection.recv(65536):
                pass
