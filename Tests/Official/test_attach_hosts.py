"""Attached to jobs on hosts of a fleet: through the host's own SSH server into the job's, and by our client from anywhere."""

import urllib.request

import pytest

from attached import Attached
from dstack_harness import OFFICIAL_CLI, Server
from ssh_hosts import Hosts

SERVE = ["echo hello > /tmp/index.html", "httpd -f -p 127.0.0.1:{port} -h /tmp & echo serving",
         "while [ ! -e /tmp/end ]; do sleep 0.1; done", "echo bye"]


@pytest.fixture(scope="module")
def fleet():
    """A server with a fleet of two hosts; one of them is logged in to as a user with sudo."""
    with Hosts(2, docker=True) as hosts, Server() as server:
        ran = server.cli(
            "project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}", "--token", server.token, "-y",
            program=OFFICIAL_CLI)
        assert ran.status == 0, ran
        path = server.work / "fleet.dstack.yml"
        path.write_text(
            f"type: fleet\nname: own\nplacement: cluster\nssh_config:\n  user: root\n  identity_file: {hosts.key}\n"
            f"  hosts: [{', '.join(host.address for host in hosts)}]\n")
        made = server.cli("apply", "-f", path, "-y", timeout=120)
        assert made.status == 0, made
        yield server, hosts


@pytest.mark.parametrize("program", [OFFICIAL_CLI, None], ids=["official", "ours"])
def test_two_runs_on_hosts_attached_at_once(fleet, program):
    server, hosts = fleet
    before = [host.exec("cat /root/.ssh/authorized_keys").stdout for host in hosts]
    more = {"program": program} if program else {}
    runs = []
    for port in (8124, 8125):
        name, file = server.configuration(
            [line.format(port=port) for line in SERVE], image="box:1", fleets=["own"], ports=[f"{port}"])
        runs.append((name, port, Attached(server, "apply", "-f", file.name, "-y", **more)))
    for name, port, client in runs:
        client.until("serving")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            assert answer.read() == b"hello\n"
        ran = server.ssh(name, "hostname; echo $DSTACK_RUN_NAME; touch /tmp/end")
        assert ran.out.split()[1] == name, ran
    for name, _, client in runs:
        status, text = client.ended(), client.said
        assert status == 0 and "bye" in text, text
    assert [host.exec("cat /root/.ssh/authorized_keys").stdout for host in hosts] == before


def test_a_node_of_several_is_attached_to(fleet):
    server, hosts = fleet
    name, file = server.configuration(
        ["echo rank $DSTACK_NODE_RANK", "while [ ! -e /tmp/end ]; do sleep 0.1; done"], image="box:1", fleets=["own"],
        nodes=2)
    client = Attached(server, "apply", "-f", file.name, "-y", program=OFFICIAL_CLI)
    client.until("rank 0")
    ran = server.ssh(name, "echo $DSTACK_NODE_RANK of $DSTACK_NODES_NUM")
    assert ran.out == "0 of 2\n", ran
    assert server.cli("stop", name, "-y").status == 0
    client.ended()
