"""The official client attached: over SSH into the job, with the log and the ports of the one run that it is attached to."""

import re
import urllib.request

import pytest

from attached import Attached
from docker_engine import DockerEngine
from dstack_harness import OFFICIAL_CLI, Server, eventually

pytestmark = pytest.mark.usefixtures("alone")

# Says where it listens as programs do, answers once, and ends.
ONCE = """
import http.server, os
class Once(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["DSTACK_RUN_NAME"].encode())
    def log_message(self, *_): pass
server = http.server.HTTPServer((os.environ["DSTACK_NODES_IPS"], 21110), Once)
print(os.environ["DSTACK_RUN_NAME"], "listens on http://0.0.0.0:21110/", flush=True)
server.handle_request()
print("bye from", os.environ["DSTACK_RUN_NAME"], flush=True)
"""


def apply(server, **properties):
    name, file = server.configuration(**properties)
    return name, Attached(server, "apply", "-f", file.name, "-y", program=OFFICIAL_CLI)


def test_two_runs_attached_at_once_have_logs_and_ports_of_their_own(server):
    (server.work / "once.py").write_text(ONCE)
    runs = []
    for _ in range(2):
        runs.append(apply(server, commands="python3 once.py", files=["once.py"], ports=["21110"]))
        runs[-1][1].until("listens on")
    ports = [int(re.search(r"listens on http://127.0.0.1:(\d+)/", client.said)[1]) for _, client in runs]
    assert len(set(ports)) == 2 and 21110 not in ports, ports
    for port, (name, _) in zip(ports, runs):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            assert answer.read().decode() == name
    for name, client in runs:
        status, text = client.ended(), client.said
        assert status == 0 and f"bye from {name}" in text and "Exited (0)" in text, text
        assert "Failed" not in text and "bye" not in text.replace(f"bye from {name}", ""), text


def known(server):
    """Makes the official client know the server."""
    ran = server.cli(
        "project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}", "--token", server.token, "-y",
        program=OFFICIAL_CLI)
    assert ran.status == 0, ran
    return server


def test_a_container_of_busybox_and_nothing_else():
    with DockerEngine() as engine, Server(DOCKER_HOST=engine.host) as server:
        known(server)
        name, client = apply(
            server, commands=["echo hello > /tmp/index.html", "httpd -f -p 127.0.0.1:21130 -h /tmp & echo serving",
                              "while [ ! -e /tmp/end ]; do sleep 0.1; done", "echo bye"],
            image="box:1", user="worker", ports=["21130"])
        client.until("serving")
        with urllib.request.urlopen("http://127.0.0.1:21130/", timeout=20) as answer:
            assert answer.read() == b"hello\n"
        ran = server.ssh(name, "id -un; echo $DSTACK_RUN_NAME; touch /tmp/end")
        assert ran.out == f"worker\n{name}\n", ran
        status, text = client.ended(), client.said
        assert status == 0 and "bye" in text and "Exited (0)" in text, text
        eventually("no socket is left", lambda: not list((server.home / ".dstack" / "ssh").glob("*.sock")))
