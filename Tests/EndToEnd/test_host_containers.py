"""What runs in containers on this machine (test_containers.py) runs on the hosts of a fleet: by the same shim, over SSH."""

import json
import subprocess

import pytest

from attached import Attached
from docker_engine import Registry
from dstack_harness import FINAL, Server, eventually, files_below
from git_servers import GitServers
from ssh_hosts import Hosts, make_fleet

USER, PASSWORD = "robot", "let-me-in-9"
# A part of a host: others run beside it.
SMALL = {"cpu": "1..", "memory": "100MB..", "disk": "1GB.."}


@pytest.fixture(scope="module")
def hosts():
    with Hosts(2, docker=True) as hosts:
        for host in hosts:
            host.exec("mkdir /marks && echo from the host > /marks/in")
        engine = hosts[0].engine
        container = engine.run("create", "box:1", "true").stdout.strip()
        engine.run("commit", "--change", "ENV X=1", container, "other:1")
        engine.run("rm", container)
        engine.set_architecture("other:1", "s390x")
        yield hosts


@pytest.fixture(scope="module")
def registry(hosts):
    """An image in a registry with a password, on the first host's loopback."""
    with Registry(user=USER, password=PASSWORD, inside=hosts[0]) as registry:
        yield registry.push(hosts[0].engine, "box:1", "team/box:7")


@pytest.fixture(scope="module")
def server(hosts):
    with Server() as server:
        make_fleet(server, hosts, blocks="auto")
        assert server.cli("secret", "set", "registry", PASSWORD).status == 0
        yield server


@pytest.fixture(scope="module")
def runs(server, registry):
    """All the cases, submitted together: run names by the cases' names."""
    (server.work / "hello.txt").write_text("hello from a file\n")
    return {name: submit(server, **properties(registry)) for name, (properties, _) in CASES.items()}


def submit(server, commands=None, **properties):
    return server.submit(commands, **{"image": "box:1", "fleets": ["own"], "resources": SMALL, **properties})


def text(server, name):
    """The log without what an interactive busybox shell says first."""
    return server.logs(name).split("built-in commands.")[-1].strip()


class Ended:
    """A run that is over, as the checks look at it."""

    def __init__(self, server, name):
        self.name = name
        self.run = server.wait_for(name, timeout=60)
        self.job = server.job(name)
        self.text = text(server, name)
        self.message = self.job["termination_reason_message"] or ""

    def __repr__(self):
        return json.dumps({"job": self.job, "log": self.text}, indent=1)


def printed(*lines):
    def check(ended):
        assert ended.run["status"] == "done" and ended.job["exit_status"] == 0, ended
        wanted = [line.format(name=ended.name) for line in lines]
        assert ended.text.splitlines()[-len(wanted):] == wanted, ended

    return check


def failed(*words, exit_status=None, reason=None, said=""):
    def check(ended):
        assert ended.run["status"] == "failed", ended
        for word in words:
            assert word in ended.message, ended
        if exit_status is not None:
            assert ended.job["exit_status"] == exit_status, ended
        if reason is not None:
            assert ended.job["termination_reason"] == reason, ended
        assert said in ended.text, ended

    return check


# By name: what is submitted, given the image in the registry, and how it has to end.
CASES = {
    "an image": (
        lambda image: {"commands": ["cat /etc/passwd", "id -u", "pwd"]},
        printed("worker:x:1000:1000::/home/worker:/bin/sh", "0", "/")),
    "its own user, directory, command and variables": (
        lambda image: {"image": "worker:1"}, printed("own command", "1000", "/home/worker", "green")),
    "other ones": (
        lambda image: {"image": "worker:1", "user": "0:0", "working_dir": "/tmp", "env": {"COLOUR": "it's $RED"},
                       "entrypoint": "/bin/sh -c 'id -u; pwd; echo $COLOUR $DSTACK_RUN_NAME'"},
        printed("0", "/tmp", "it's $RED {name}")),
    "a directory of the host": (
        lambda image: {"commands": ["cat /data/in", "echo from the container > /data/$DSTACK_RUN_NAME",
                                    "cat /data/$DSTACK_RUN_NAME"], "volumes": ["/marks:/data"]},
        printed("from the host", "from the container")),
    "a file": (
        lambda image: {"commands": ["cat /tmp/there.txt"], "files": ["hello.txt:/tmp/there.txt"]},
        printed("hello from a file")),
    "a room in memory": (
        lambda image: {"commands": ["df -m /dev/shm | tail -n 1 | grep -q ' 16 ' && echo sixteen"],
                       "resources": {**SMALL, "shm_size": "16MB"}},
        printed("sixteen")),
    "a registry with the right password": (
        lambda image: {"commands": ["echo pulled"], "image": image, "instances": ["own-0"],
                       "registry_auth": {"username": USER, "password": "${{ secrets.registry }}"}},
        printed("pulled")),
    "a registry with no password": (
        # Another tag: what was pulled is not asked for again.
        lambda image: {"commands": ["true"], "image": image.replace(":7", ":8"), "instances": ["own-0"]},
        failed("registry_auth")),
    "a registry with a wrong password": (
        lambda image: {"commands": ["true"], "image": image.replace(":7", ":8"), "instances": ["own-0"],
                       "registry_auth": {"username": USER, "password": "wrong"}},
        failed("the registry refused the credentials")),
    "an image that the registry does not have": (
        lambda image: {"commands": ["true"], "image": image.replace("box:7", "none:1"), "instances": ["own-0"],
                       "registry_auth": {"username": USER, "password": PASSWORD}},
        failed("check the image's name and tag")),
    "a registry that is not there": (
        lambda image: {"commands": ["true"], "image": "localhost:1/nobody/nothing:1"},
        failed("cannot pull image 'localhost:1/nobody/nothing:1'", "registry cannot be reached")),
    "an image of another platform": (
        lambda image: {"commands": ["true"], "image": "other:1", "instances": ["own-0"]},
        failed("made for s390x and this host is")),
    "an exit status": (
        lambda image: {"commands": ["echo last words", "exit 7"]},
        failed(exit_status=7, reason="container_exited_with_error", said="last words")),
    "a program that is not there": (
        lambda image: {"entrypoint": "/no/such/program --flag"},
        failed(exit_status=127, reason="container_exited_with_error",
               said="/no/such/program: command not found")),
    "a user that is not there": (
        lambda image: {"commands": ["true"], "user": "nobody-here"}, failed("no user 'nobody-here' in /etc/passwd")),
    "a directory that cannot be made": (
        lambda image: {"commands": ["true"], "volumes": ["/proc/no/such/folder:/data"]},
        failed("/proc/no/such/folder", "make the directory on the host")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_container_on_a_host(server, runs, case):
    CASES[case][1](Ended(server, runs[case]))


def test_nothing_is_left_of_them(server, hosts, runs):
    for name in runs.values():
        server.wait_for(name, timeout=60)
    for host in hosts:
        eventually(f"no container is left on {host.name}", lambda: host.containers() == [])
    written = [host.exec(f"cat /marks/{runs['a directory of the host']}", check=False).stdout for host in hosts]
    assert sorted(written) == ["", "from the container\n"]
    # The password went to the registry, and stays nowhere else.
    for file, content in [*files_below(server.folder), (server.log, server.log.read_bytes())]:
        assert PASSWORD.encode() not in content, file
    for host in hosts:
        found = host.exec(f"grep -rl {PASSWORD} /root/.dstack /opt/dstack/host /opt/dstack/start", check=False).stdout
        assert found == "", found


def test_two_on_one_host_have_its_parts_and_a_network_each(server, hosts):
    """Its parts of CPU and memory, the same port inside, a graceful stop, an abort, and who waits for the next part."""
    names = [submit(server, ["trap 'echo bye; exit 0' INT", "(echo | nc -l -p 8000 || echo in use) &", "echo up",
                             "while :; do sleep 0.1; done"], instances=["own-1"]) for _ in range(2)]
    for name in names:
        server.wait_for(name, "running", timeout=60)
        eventually("it is up", lambda: "up" in text(server, name))
    limits = [container["HostConfig"] for container in hosts[1].containers()]
    resources = next(one for one in server.api("project/main/fleets/list") if one["name"] == "own")[
        "instances"][1]["instance_type"]["resources"]
    assert resources["cpus"] == 2, "the fleet has a part for each CPU, and what follows is written for hosts of two"
    half = (resources["cpus"] * 10 ** 9 // 2, (resources["memory_mib"] << 20) // 2)
    assert [(limit["NanoCpus"], limit["Memory"]) for limit in limits] == [half] * 2, resources
    for name in names:
        assert "in use" not in text(server, name)
    third = submit(server, "echo third", instances=["own-1"])
    eventually("it is told what it waits for", lambda: "Waiting for one of the 2 slots of own-1" in json.dumps(
        server.job(third)))
    assert server.cli("stop", names[0], "-y").status == 0
    assert server.cli("stop", names[1], "-y", "--abort").status == 0
    for name in names:
        assert server.wait_for(name)["status"] in ("terminated", "aborted")
    assert "bye" in text(server, names[0]) and "bye" not in text(server, names[1])
    assert server.wait_for(third, timeout=60)["status"] == "done"
    eventually("the containers are gone", lambda: hosts[1].containers() == [])


def test_a_repository_with_changes_is_cloned_into_a_container_without_git(server, hosts):
    with GitServers(host=hosts.gateway) as servers:
        servers.make("small", {"hello.txt": "committed\n", "kept.txt": "kept\n"})
        clone = servers.clone("small", server.work / "small")
        (clone / "hello.txt").write_text("changed here\n")
        name, file = server.configuration(["cat hello.txt kept.txt"], image="box:1", working_dir="/workflow",
                                          fleets=["own"], resources=SMALL)
        ran = server.cli("apply", "-f", file.name, "-y", "-d", "-P", clone)
        assert ran.status == 0, ran
        assert server.wait_for(name)["status"] == "done", (server.job(name), server.logs(name, "-d"))
        assert text(server, name) == "changed here\nkept"


def test_a_pull_is_shown_while_it_goes_on(server, hosts):
    with Registry(inside=hosts[0]) as registry:
        image = registry.push(hosts[0].engine, "box:1", "team/box:8", size=24 << 20)
        name = submit(server, "echo here", image=image, instances=["own-0"])
        seen = []

        def ended():
            job = server.job(name)
            if job["image_pull_progress"]:
                seen.append(job["image_pull_progress"]["total_bytes"])
            return job["status"] in FINAL

        eventually("the run ends", ended, every=0.02, timeout=60)
        assert server.job(name)["status"] == "done", server.job(name)
        assert seen and seen[-1] > 0, seen


def test_a_dev_environment_on_a_host(server, hosts):
    name, file = server.configuration(
        type="dev-environment", ide="vscode", init=["echo ready in $PWD", "echo made > made"], image="box:1",
        fleets=["own"], resources=SMALL, working_dir="/root", inactivity_duration="5s")
    with Attached(server, "apply", "-f", file.name, "-y") as attached:
        attached.until("ready in /root").until(f"ssh {name}")
        attached.until(f"vscode://vscode-remote/ssh-remote+{name}/root")
        told = server.run(name)["jobs"][0]["job_connection_info"]
        assert told["ide_name"] == "VS Code" and told["attached_ide_url"].endswith(f"+{name}/root"), told
        # For longer than nobody may be there, and after the client that is attached has gone.
        session = subprocess.Popen(
            ["ssh", "-F", server.home / ".dstack/ssh/config", name, "cat made; sleep 7; echo still here"],
            env=server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert session.stdout.readline() == "made\n"
        attached.interrupt()
    assert session.communicate(timeout=30)[0] == "still here\n" and session.returncode == 0
    run = server.wait_for(name)
    assert run["latest_job_submission"]["termination_reason"] == "inactivity_duration_exceeded", run
    eventually("the containers are gone", lambda: all(host.containers() == [] for host in hosts))
