"""Ports of runs on the caller's loopback, through the server: while `apply` is attached and by `dstack attach`."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest
from attached import Attached
from docker_engine import DockerEngine
from dstack_harness import BIN, Server, eventually, free_port

# What the jobs listen with: each connection says in its first line what it wants.
PEER = """
import hashlib, os, socket, socketserver, sys

class Peer(socketserver.StreamRequestHandler):
    def handle(self):
        word, number = (self.rfile.readline().split() + [b'0'])[:2]
        if word == b'sum':      # All that comes, to its end; then what it was.
            told = hashlib.sha256()
            while piece := self.rfile.read(65536):
                told.update(piece)
            self.wfile.write(told.hexdigest().encode())
        elif word == b'give':   # That many bytes.
            rest = int(number)
            while rest > 0:
                rest -= self.connection.send(BLOCK[:rest])
        elif word == b'name':
            self.wfile.write(sys.argv[2].encode())
        elif word == b'reset':  # Half an answer, and the connection breaks.
            self.connection.send(b'half')
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0')
            os.close(self.connection.detach())
        elif word == b'stay':
            self.wfile.write(b'here')
            self.rfile.read()

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

BLOCK = bytes(range(256)) * 1024
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer((sys.argv[3] if len(sys.argv) > 3 else '', int(sys.argv[1])), Peer) as server:
    print('listening', flush=True)
    server.serve_forever()
"""
BLOCK = bytes(range(256)) * 1024


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def all_of(connection):
    pieces = []
    while piece := connection.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def ask(port, words):
    """Says one line and shuts the writing side; the whole answer."""
    with connect(port) as connection:
        connection.sendall(words.encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
        return all_of(connection)


def peer(server, port, name, *address):
    file = server.scratch / "peer.py"
    file.write_text(PEER)
    return shlex.join([sys.executable, "-u", str(file), str(port), name, *address])


def task(server, port, *address, **properties):
    """A task that listens on `port`; its name and its file."""
    name, file = server.configuration(**properties)
    value = json.loads(file.read_text())
    value["commands"] = [peer(server, port, name, *address)]
    value.setdefault("ports", [port])
    file.write_text(json.dumps(value))
    return name, file


@pytest.fixture(scope="module")
def web(shared):
    """A run that listens, and an `apply` that is attached to it."""
    name, file = task(shared, free_port())
    with Attached(shared, "apply", "-f", file.name, "-y") as attached:
        attached.until("listening")
        attached.remote = json.loads(file.read_text())["ports"][0]
        attached.name = name
        yield attached


# Reaching it.


def test_an_attached_apply_forwards_the_ports(web):
    assert "Forwarded ports (local -> remote):" in web.said
    assert ask(web.port(web.remote), "name") == web.name.encode()


def test_a_second_terminal_has_ports_of_its_own_at_the_same_time(shared, web):
    with Attached(shared, "attach", web.name) as second:
        port = second.port(web.remote)
        second.until("Press Ctrl+C to detach...")
        assert f"Attached to run {web.name} (replica=0 job=0)" in second.said
        assert port != web.port(web.remote)
        assert ask(port, "name") == ask(web.port(web.remote), "name")
        # After Ctrl-C the run goes on, and can be attached to again.
        assert second.interrupt() == 0
        assert "Detached" in second.said and f"dstack attach {web.name}" in second.said
    with Attached(shared, "attach", web.name, "--logs") as again:
        assert ask(again.port(web.remote), "name") == web.name.encode()
        again.until("listening")
    assert shared.run(web.name)["status"] == "running"


def test_a_taken_port_is_replaced_and_told(shared, web):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with Attached(shared, "attach", web.name, "-p", f"{number}:{web.remote}") as attached:
            port = attached.port(web.remote)
            assert port != number
            assert f"(port {number} is in use)" in attached.said
            assert ask(port, "name") == web.name.encode()


def test_much_goes_both_ways_and_arrives_as_it_was(web):
    size = 64 << 20
    port = web.port(web.remote)
    with connect(port) as connection:
        connection.sendall(b"sum\n")
        told = hashlib.sha256()
        for _ in range(size // len(BLOCK)):
            connection.sendall(BLOCK)
            told.update(BLOCK)
        # Half-closed: the answer still comes.
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection).decode() == told.hexdigest()
    given = ask(port, f"give {size}")
    assert len(given) == size
    assert hashlib.sha256(given).hexdigest() == told.hexdigest()


def test_many_connections_at_once(web):
    port = web.port(web.remote)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(len(ask(port, "give 300000")))) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [300000] * 60


def test_a_broken_connection_is_broken_on_this_side_too(web):
    with connect(web.port(web.remote)) as connection:
        connection.sendall(b"reset\n")
        with pytest.raises(ConnectionResetError):
            all_of(connection)


def test_a_port_that_nobody_listens_on_is_told_once(shared, web):
    name, file = shared.configuration("echo up; sleep 300", ports=["*:7001"])
    with Attached(shared, "apply", "-f", file.name, "-y") as attached:
        port = attached.port(7001)
        for _ in range(3):
            with connect(port) as connection, pytest.raises(ConnectionResetError):
                connection.recv(1)
        attached.until(
            "A connection to port 7001 failed: port 7001 of the job cannot be reached: nothing listens there")
        assert attached.said.count("A connection to port 7001 failed") == 1
        shared.cli("stop", name, "-y", "--abort")
        assert attached.ended() == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ""])
def test_wherever_the_program_has_bound_itself(shared, address):
    """To `localhost` alone, to its IPv6 twin, or to the job's own address, which is told to it."""
    known = pathlib.Path("/proc/net/if_inet6")
    assert known.exists() and " lo\n" in known.read_text(), "this machine's loopback has no IPv6"
    port = free_port()
    name, file = shared.configuration(ports=[f"*:{port}"])
    value = json.loads(file.read_text())
    bind = address or "$DSTACK_MASTER_NODE_IP"
    value["commands"] = [
        f"{shlex.quote(sys.executable)} -m http.server {port} --bind {bind} --directory /proc/self/fdinfo"]
    file.write_text(json.dumps(value))
    with Attached(shared, "apply", "-f", file.name, "-y") as attached:
        attached.until("Serving HTTP")
        assert urllib.request.urlopen(f"http://127.0.0.1:{attached.port(port)}/", timeout=20).status == 200
        shared.cli("stop", name, "-y", "--abort")
        attached.ended()


def test_the_end_of_the_run_ends_its_connections_and_the_attachment(shared):
    remote = free_port()
    name, file = task(shared, remote)
    with Attached(shared, "apply", "-f", file.name, "-y") as applied, connect(
            applied.until("listening").port(remote)) as connection, Attached(shared, "attach", name) as attached:
        connection.sendall(b"stay\n")
        assert connection.recv(4) == b"here"
        attached.until("Press Ctrl+C")
        shared.cli("stop", name, "-y")
        # Either end will do: what counts is that nobody waits for ever.
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        assert applied.ended() == 1 and attached.ended() == 1
        assert f"Run {name} terminated" in attached.said


def test_runs_that_have_ended_or_have_no_ports(shared):
    done = shared.submit("echo fine")
    failed = shared.submit("exit 3")
    shared.wait_for(done, "done")
    shared.wait_for(failed, "failed")
    ran = shared.cli("attach", done, "--logs")
    assert ran.status == 0 and "fine" in ran.out and f"Run {done} done" in ran.out, ran
    assert shared.cli("attach", done).status == 0
    ran = shared.cli("attach", failed)
    assert ran.status == 1 and f"Run {failed} is failed" in ran.text, ran
    name = shared.submit("sleep 300")
    with Attached(shared, "attach", name) as attached:
        attached.until("Press Ctrl+C to detach...")
        assert "Forwarded ports" not in attached.said
        shared.cli("stop", name, "-y", "--abort")
        assert attached.ended() == 1
        # What was before the attachment is not told again; what comes is.
        assert "submitted" not in attached.said and "aborted" in attached.said


def test_who_may_and_what_is_refused(shared, web):
    path = f"/api/project/main/runs/{web.name}/tunnel?port={web.remote}"
    assert shared.request("GET", path, token="nobody")[0] == 403
    assert shared.request("GET", path)[0] == 426
    assert shared.request("GET", f"/api/project/main/runs/{web.name}/ports")[1]["ports"] == [web.remote]
    upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H",
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "-H", f"Authorization: Bearer {shared.token}"]
    base = f"http://127.0.0.1:{shared.port}/api/project/main/runs/{web.name}/tunnel"
    other = subprocess.run(["curl", "-sS", *upgrade, base + "?port=22"], capture_output=True, text=True, timeout=30)
    assert f"Port 22 is not among the run's `ports` ({web.remote})" in other.stdout
    assert shared.cli("attach", "nothing-of-that-name").text.strip() == "Run nothing-of-that-name not found"


# The server comes and goes.


def test_ports_outlive_the_server(server):
    remote = free_port()
    name, file = task(server, remote)
    with Attached(server, "apply", "-f", file.name, "-y") as attached:
        port = attached.until("listening").port(remote)
        with connect(port) as open_one:
            open_one.sendall(b"stay\n")
            assert open_one.recv(4) == b"here"
            server.kill()
            # What was open is broken, and says so.
            with pytest.raises(ConnectionResetError):
                open_one.recv(1)
        # One that is made meanwhile waits for the server.
        with connect(port) as waiting:
            waiting.sendall(b"name\n")
            server.start()
            assert waiting.recv(100) == name.encode()
        # A regular end is not held up by what is open.
        with connect(port) as open_one:
            open_one.sendall(b"stay\n")
            assert open_one.recv(4) == b"here"
            assert server.stop() == 0
        server.start()
        assert ask(port, "name") == name.encode()
        # And it can be attached to anew.
        with Attached(server, "attach", name) as again:
            assert ask(again.port(remote), "name") == name.encode()


# From another machine.


@pytest.fixture
def machine():
    """A network of its own, from which only the server's HTTP port is reached."""
    name = f"dsp{os.getpid() % 100000}"

    def run(*words):
        subprocess.run(words, check=True, capture_output=True)

    try:
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"{name}a", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "addr", "add", "10.93.7.1/30", "dev", f"{name}a")
        run("ip", "link", "set", f"{name}a", "up")
        for words in (["addr", "add", "10.93.7.2/30", "dev", "eth0"], ["link", "set", "eth0", "up"],
                      ["link", "set", "lo", "up"]):
            run("ip", "-n", name, *words)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", f"{name}a"], check=False, capture_output=True)


@pytest.fixture
def proxy(tmp_path, shared):
    """nginx with a certificate in front of the server, as on a public address."""
    port = free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key.pem", "-out",
         tmp_path / "cert.pem", "-days", "2", "-subj", "/CN=dstack.test", "-addext",
         "subjectAltName=IP:10.93.7.1"], check=True, capture_output=True)
    (tmp_path / "nginx.conf").write_text(f"""
        daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;
        events {{}}
        http {{
          access_log off; client_body_temp_path {tmp_path}; proxy_temp_path {tmp_path};
          fastcgi_temp_path {tmp_path}; uwsgi_temp_path {tmp_path}; scgi_temp_path {tmp_path};
          server {{
            listen {port} ssl; ssl_certificate {tmp_path}/cert.pem; ssl_certificate_key {tmp_path}/key.pem;
            location /far/ {{
              proxy_pass http://127.0.0.1:{shared.port}/; proxy_http_version 1.1; proxy_buffering off;
              proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
            }}
          }}
        }}""")
    process = subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
    try:
        eventually("nginx listens", lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield f"https://10.93.7.1:{port}/far", tmp_path / "cert.pem"
    finally:
        process.terminate()
        process.wait(10)


def test_from_another_machine_through_a_proxy_with_tls(shared, web, machine, proxy):
    url, certificate = proxy
    home = shared.scratch / "far"
    home.mkdir()
    (home / ".dstack").mkdir()
    (home / ".dstack/config.yml").write_text(json.dumps({"projects": [
        {"name": "main", "url": url, "token": shared.token, "default": True}]}))
    # `ip netns exec` has mounts of its own: there the proxy's certificate is one that everybody trusts.
    prefix = ["ip", "netns", "exec", machine, "sh", "-c",
              'touch "$1" && mount --bind "$0" "$1" && shift && exec "$@"', certificate,
              "/etc/ssl/certs/ca-certificates.crt", "env", f"HOME={home}"]
    with Attached(shared, "attach", web.name, prefix=prefix) as attached:
        # There the port is free: on this machine the run's own program has it.
        assert attached.port(web.remote) == web.remote, attached.said
        script = ("import hashlib,socket,sys\nc=socket.create_connection(('127.0.0.1',%d),timeout=30)\n"
                  "c.sendall(b'give 8000000\\n'); c.shutdown(1); t=b''\nwhile p:=c.recv(65536): t+=p\n"
                  "print(len(t))" % web.remote)
        there = subprocess.run(["ip", "netns", "exec", machine, sys.executable, "-c", script], capture_output=True,
                               text=True, timeout=60)
        assert there.stdout.strip() == "8000000", there.stderr + attached.said


# Containers.


def test_two_containers_use_the_same_port_inside():
    """Also where the program takes connections from its own machine alone."""
    with DockerEngine() as engine, Server(DOCKER_HOST=engine.host) as server, contextlib.ExitStack() as stack:
        ports = []
        for bind in ("8000", "127.0.0.1:8000"):
            name, file = server.configuration(
                f"mkdir /tmp/w; echo I am $DSTACK_RUN_NAME > /tmp/w/index.html; echo up; httpd -f -p {bind} -h /tmp/w",
                image="box:1", ports=[8000])
            attached = stack.enter_context(Attached(server, "apply", "-f", file.name, "-y"))
            port = attached.port(8000)

            def answer():
                with contextlib.suppress(OSError):
                    return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read()

            assert eventually("the container answers", answer).decode() == f"I am {name}\n"
            ports.append((port, attached))
        assert ports[0][0] == 8000 or "(port 8000 is in use)" in ports[0][1].said
        assert ports[1][0] != 8000 and "(port 8000 is in use)" in ports[1][1].said
