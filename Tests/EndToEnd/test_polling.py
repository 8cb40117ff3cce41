"""Our CLI with a server that answers and never pushes, as dstack's own: ours, behind a proxy without the streams."""

import http.client
import http.server
import re
import signal
import threading

import pytest
from dstack_harness import Server, eventually


class WithoutStreams:
    """Hands requests on to a server, and answers GET under /api, which dstack's API has none of, with `status`."""

    def __init__(self, port, status):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                outer.asked.append(self.path)
                self.answer(status, b'{"detail":"Not Found"}')

            def do_POST(self):
                outer.asked.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                onward = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                onward.request("POST", self.path, body, dict(self.headers))
                answer = onward.getresponse()
                self.answer(answer.status, answer.read())
                onward.close()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(params=[404, 405])
def polled(request):
    """A server of ours whose user's project leads through the proxy."""
    with Server() as server:
        proxy = WithoutStreams(server.port, request.param)
        try:
            ran = server.cli("project", "add", "--name", "main", "--url", f"http://127.0.0.1:{proxy.port}",
                             "--token", server.token, "-y")
            assert ran.status == 0, ran
            server.asked = proxy.asked
            yield server
        finally:
            proxy.close()


def test_apply_follows_a_run_to_its_end(polled):
    name, file = polled.configuration(["for i in 1 2 3 4 5; do echo line $i; sleep 1; done", "exit 3"])
    ran = polled.cli("apply", "-f", file.name, "-y")
    assert ran.status == 1, ran
    assert re.findall(r"^line (\d)\r?$", ran.out, re.M) == list("12345"), ran
    assert re.findall(r"^\S+  (running|failed)", ran.out, re.M) == ["running", "failed"], ran
    assert f"Run {name} failed: exit status 3" in ran.out, ran
    # The stream is tried once, and then no more.
    assert sum("/events" in path for path in polled.asked) == 1, polled.asked


def test_a_run_that_is_over_before_the_second_look_shows_its_log(polled):
    _, file = polled.configuration("echo short")
    ran = polled.cli("apply", "-f", file.name, "-y")
    assert ran.status == 0, ran
    assert re.search(r"^short\r?$", ran.out, re.M), ran


def test_logs_and_logs_followed(polled):
    name = polled.submit("for i in 1 2 3 4 5; do echo line $i; sleep 1; done")
    polled.wait_for(name, "running")
    lines = "".join(f"line {i}\n" for i in range(1, 6))
    assert polled.logs(name, "-f") == lines
    assert polled.logs(name) == lines


def test_ps_is_watched(polled):
    watch = polled.spawn("ps", "-w")
    said = []
    reader = threading.Thread(target=lambda: said.extend(line.decode() for line in watch.stdout))
    reader.start()
    try:
        name = polled.submit("sleep 300")
        eventually("it is shown to run", lambda: any(name in line and "running" in line for line in said))
        shown = len(said)
        assert polled.cli("stop", "-x", name, "-y").status == 0
        eventually("its end is shown", lambda: any(name in line and "aborted" in line for line in said))
        assert all(name in line for line in said[shown:]), said
    finally:
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 0
        reader.join()


def test_control_c_stops_the_run(polled):
    name, file = polled.configuration("echo up; sleep 300")
    status, said = polled.on_terminal(
        "apply", "-f", file.name, "-y", typed=[("\nup\r", "\x03"), ("[y/n]", "y\r")])
    assert status == 1, said
    assert polled.run(name)["status"] == "terminated"


def test_events_are_watched(polled):
    watch = polled.spawn("event", "-w", "--include-target-type", "run")
    said = []
    reader = threading.Thread(target=lambda: said.extend(line.decode() for line in watch.stdout))
    reader.start()
    try:
        name = polled.submit("true")
        eventually("its end is told", lambda: any(f"run {name}" in line and "DONE" in line for line in said))
        assert len(said) == len(set(said)), said
    finally:
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 0
        reader.join()
