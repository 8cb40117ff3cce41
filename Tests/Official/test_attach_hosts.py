"""Attached to jobs on hosts of a fleet: through the host's own SSH server into the job's, and by our client from anywhere."""

import json
import urllib.request

import pytest

from attached import Attached
from dstack_harness import OFFICIAL_CLI, Server
from ssh_hosts import Hosts, make_fleet

pytestmark = pytest.mark.usefixtures("alone")

SERVE = ["echo hello > /tmp/index.html", "httpd -f -p 127.0.0.1:{port} -h /tmp & echo serving",
         "while [ ! -e /tmp/end ]; do sleep 0.1; done", "echo bye"]
# Where a run is, and what it needs there: a plain process of this machine, and a container of a host. Each test has ports
# of its own: the client binds them without SO_REUSEADDR, so one that was in use a minute ago is not free yet.
PLACES = [pytest.param({"fleets": ["local"]}, 21310, id="local"),
          pytest.param({"fleets": ["own"], "image": "box:1"}, 21340, id="host")]


@pytest.fixture(scope="module")
def fleet():
    """A server with a fleet of two hosts."""
    with Hosts(2, docker=True) as hosts, Server() as server:
        ran = server.cli(
            "project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}", "--token", server.token, "-y",
            program=OFFICIAL_CLI)
        assert ran.status == 0, ran
        make_fleet(server, hosts, placement="cluster")
        yield server, hosts


def get(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return answer.read()


@pytest.mark.parametrize("program, ports", [(OFFICIAL_CLI, (21210, 21220)), (None, (21240, 21250))],
                         ids=["official", "ours"])
def test_two_runs_on_hosts_attached_at_once(fleet, program, ports):
    server, hosts = fleet
    before = [host.exec("cat /root/.ssh/authorized_keys").stdout for host in hosts]
    more = {"program": program} if program else {}
    runs = []
    for port in ports:
        name, file = server.configuration(
            [line.format(port=port) for line in SERVE], image="box:1", fleets=["own"], ports=[f"{port}"])
        runs.append((name, port, Attached(server, "apply", "-f", file.name, "-y", **more).until("serving")))
    for name, port, client in runs:
        assert get(port) == b"hello\n"
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


@pytest.mark.parametrize("place, port", PLACES)
def test_attach_and_logs_of_a_run_that_goes_on(fleet, place, port):
    server, _ = fleet
    name = server.submit(
        ["cd $HOME; mkdir www; echo hello > www/index.html", f"busybox httpd -f -p {port} -h www & echo serving",
         "while [ ! -e end ]; do sleep 0.1; done", "echo bye", "exit 3"],
        ports=[f"{port}"], **place)
    server.wait_for(name, "running", timeout=60)
    with Attached(server, "attach", name, "--logs", "-p", f"{port + 10}:{port}", program=OFFICIAL_CLI) as client:
        client.until("serving")
        assert f"localhost:{port + 10} -> {port}" in client.said and f"ssh {name}" in client.said, client.said
        assert get(port + 10) == b"hello\n"
        ran = server.ssh(name, "echo $DSTACK_RUN_NAME; touch end")
        assert ran.out == f"{name}\n", ran
        assert client.ended() == 1 and "bye" in client.said and "Exited (3)" in client.said, client.said
    said = server.logs(name, program=OFFICIAL_CLI)
    assert "serving\nbye\n" in said and said == server.logs(name), said


@pytest.mark.parametrize("place, port", PLACES)
def test_a_dev_environment(fleet, place, port):
    server, _ = fleet
    name = server.submit(
        None, type="dev-environment", ide="vscode", init=["echo made > $HOME/made"], **place)
    file = server.work / f"{name}.dstack.yml"
    server.wait_for(name, "running", timeout=60)
    with Attached(server, "attach", name, "--logs", program=OFFICIAL_CLI) as client:
        client.until(f"vscode://vscode-remote/ssh-remote+{name}/")
        ran = server.ssh(name, "cat made")
        assert ran.out == "made\n", ran
        # The run is told when to end while its user is there, and it ends when he has gone.
        file.write_text(json.dumps({**json.loads(file.read_text()), "inactivity_duration": "1s"}))
        ran = server.cli("apply", "-f", file.name, "-y", "-d", program=OFFICIAL_CLI)
        assert ran.status == 0 and "updated" in ran.out, ran
        assert server.ssh(name, "sleep 2; echo still here").out == "still here\n"
        assert client.interrupt() == 0 and "Detached" in client.said, client.said
    run = server.wait_for(name)
    assert run["latest_job_submission"]["termination_reason"] == "inactivity_duration_exceeded", run
