"""The programs that come along with the runner: they run where nothing else is."""

import os
import pathlib
import shutil
import subprocess

import pytest
from dstack_harness import BIN, Server
from git_servers import GitServers, git

TOOLS = BIN / "tools"


@pytest.fixture(scope="module")
def servers():
    with GitServers() as servers:
        yield servers


@pytest.fixture
def root(tmp_path):
    """A root that holds busybox and the tools, and not even a list of users."""
    for folder in ("bin", "dev", "proc", "tmp", "etc", "dstack"):
        (tmp_path / folder).mkdir()
    shutil.copy("/bin/busybox", tmp_path / "bin" / "busybox")
    (tmp_path / "bin" / "sh").symlink_to("busybox")
    shutil.copytree(TOOLS, tmp_path / "dstack" / "tools", symlinks=True)
    for device, minor in (("null", 3), ("urandom", 9)):
        os.mknod(tmp_path / "dev" / device, 0o20666, os.makedev(1, minor))
        (tmp_path / "dev" / device).chmod(0o666)
    tmp_path.chmod(0o755)
    return tmp_path


def inside(root, *arguments, uid=0, **environment):
    """Runs a program in the root."""
    tools = "/dstack/tools"
    return subprocess.run(
        ["/usr/sbin/chroot", f"--userspec={uid}:{uid}", root, *map(str, arguments)], capture_output=True, text=True, timeout=60,
        env={"GIT_EXEC_PATH": f"{tools}/libexec/git-core", "GIT_TEMPLATE_DIR": "", "HOME": "/tmp", **environment})


def test_git_clones_over_http_and_https_in_a_root_of_busybox_alone(servers, root):
    servers.make("bare-root", {"file": "content\n"})
    (root / "tmp" / "ca.crt").write_text(servers.certificate.read_text())
    for number, secure in enumerate((False, True)):
        ran = inside(root, "/dstack/tools/bin/git", "clone", "-q", servers.url("bare-root", secure=secure),
                     f"/tmp/clone{number}", GIT_SSL_CAINFO="/tmp/ca.crt")
        assert ran.returncode == 0, ran
        assert (root / "tmp" / f"clone{number}" / "file").read_text() == "content\n"
    # Whom the server's certificate is not by is not trusted.
    ran = inside(root, "/dstack/tools/bin/git", "ls-remote", servers.url("bare-root", secure=True),
                 GIT_SSL_CAINFO="/dstack/tools/etc/ca-certificates.crt")
    assert ran.returncode != 0 and "certificate" in ran.stderr, ran


def test_ssh_serves_a_user_whom_the_root_does_not_know(servers, root):
    servers.make("bare-ssh", {"file": "over ssh\n"})
    key = root / "tmp" / "key"
    key.write_text(servers.key.read_text())
    key.chmod(0o600)
    os.chown(key, 4321, 4321)
    (root / "tmp").chmod(0o777)
    (root / "tmp" / "passwd").write_text("job:x:4321:4321::/tmp:/bin/sh\n")
    (root / "tmp" / "group").write_text("job:x:4321:\n")
    ran = inside(
        root, "/dstack/tools/bin/git", "clone", "-q", servers.ssh_url("bare-ssh"), "/tmp/clone", uid=4321,
        GIT_SSH_COMMAND="LD_PRELOAD=/dstack/tools/lib/libnss_wrapper.so NSS_WRAPPER_PASSWD=/tmp/passwd"
                        " NSS_WRAPPER_GROUP=/tmp/group /dstack/tools/bin/ssh -F none -i /tmp/key"
                        " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR")
    assert ran.returncode == 0, ran
    assert (root / "tmp" / "clone" / "file").read_text() == "over ssh\n"


def test_a_machine_without_git_and_ssh_uses_the_tools(servers):
    """All of PATH but git and ssh."""
    links = servers.scratch / "bin"
    links.mkdir()
    servers.scratch.chmod(0o711)
    for folder in os.environ["PATH"].split(":"):
        for program in pathlib.Path(folder).glob("*") if os.path.isdir(folder) else []:
            if not program.name.startswith(("git", "ssh")) and not (links / program.name).is_symlink():
                (links / program.name).symlink_to(program)
    servers.make("no-git-inner", {"inner": "inside\n"})
    servers.make("no-git", {"file": "old\n"}, private=True)
    seed = servers.seeds / "no-git"
    git("submodule", "add", "-q", servers.url("no-git-inner"), "inner", cwd=seed)
    servers.push("no-git", {}, "with a submodule")
    with Server(PATH=str(links)) as server:
        for folder in (server.scratch, server.folder):
            folder.chmod(0o711)
        clone = servers.clone("no-git", server.work / "no-git", private=True)
        (clone / "file").write_text("new\n")
        (clone / "more").write_text("more\n")
        for user, url, flags in (
                (None, servers.url("no-git", private=True), ["-t", servers.token]),
                ("root", servers.url("no-git", private=True), []),
                ("54321:54321", f"ssh://{servers.user}@127.0.0.1:{servers.ssh_port}{servers.bare('no-git', True)}",
                 ["--git-identity", servers.key])):
            git("remote", "set-url", "origin", url, cwd=clone)
            name, file = server.configuration(
                ["cat file more inner/inner", "which git ssh || true", "id -u"], **({"user": user} if user else {}))
            ran = server.cli("apply", "-f", file, "-y", "-d", "-P", clone, *flags, PATH=os.environ["PATH"])
            assert ran.status == 0, ran
            ended = server.wait_for(name, "done", "failed")
            assert ended["status"] == "done", (ended["latest_job_submission"], server.cli("logs", "-d", name).out)
            uid = "54321" if user == "54321:54321" else "0"
            assert server.logs(name) == f"new\nmore\ninside\n{uid}\n"
