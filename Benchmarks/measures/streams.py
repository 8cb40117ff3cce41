"""Bytes of a run through the server: its log, its ports."""

import socket
import statistics
import subprocess
import sys
import time

from dstack_harness import Server, free_port


def measure_logs(table, quick):
    size = (20 if quick else 200) * 1_000_000
    with Server(DSTACK_SERVER_LOG_QUOTA_PER_JOB_HOUR="0") as server:
        data = server.work / "data"
        line = b"x" * 99 + b"\n"
        with open(data, "wb") as file:
            for _ in range(size // 100_000):
                file.write(line * 1000)
        go = server.scratch / "go"
        name = server.submit(f"stty raw -echo; while [ ! -e {go} ]; do sleep 0.01; done; cat {data}")
        server.wait_for(name, "running")
        follow = server.spawn("logs", "-f", name)
        go.touch()
        started, read = time.perf_counter(), 0
        while chunk := follow.stdout.read1(1 << 20):
            read += len(chunk)
        seconds = time.perf_counter() - started
        assert follow.wait() == 0
        assert read == size, f"{read} of {size} bytes"
        piped = time.perf_counter()
        subprocess.run(f"cat {data} | cat > /dev/null", shell=True, check=True)
        bare = time.perf_counter() - piped
        table.add("one job's log to `dstack logs -f`", f"{size / seconds / 1e6:.0f} MB/s",
                  f"`cat` through a pipe {size / bare / 1e6:.0f} MB/s", f"{seconds / bare:.0f}× the time")


PORT_PEER = """
import socketserver, sys

class Peer(socketserver.StreamRequestHandler):
    def handle(self):
        block = bytes(1 << 18)
        while word := self.rfile.readline().split():
            if word[0] == b'give':
                for _ in range(int(word[1]) // len(block)):
                    self.connection.sendall(block)
            elif word[0] == b'take':
                rest = int(word[1])
                while rest > 0:
                    rest -= len(self.rfile.read1(rest))
                self.connection.sendall(b'taken')
            else:
                self.connection.sendall(b'small')

socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(('127.0.0.1', int(sys.argv[1])), Peer) as server:
    print('listening', flush=True)
    server.serve_forever()
"""


def measure_ports(table, quick):
    """A port of a run through the server, beside the same port without it."""
    size, requests = (64 << 20 if quick else 512 << 20), (50 if quick else 500)
    block = bytes(1 << 18)

    def take(connection, count):
        while count > 0:
            count -= len(connection.recv(1 << 18))

    def measured(port):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            started = time.perf_counter()
            connection.sendall(b"give %d\n" % size)
            take(connection, size)
            down = size / (time.perf_counter() - started) / 1e6
            started = time.perf_counter()
            connection.sendall(b"take %d\n" % size)
            for _ in range(size // len(block)):
                connection.sendall(block)
            take(connection, 5)
            up = size / (time.perf_counter() - started) / 1e6
            small, fresh = [], []
            for _ in range(requests):
                started = time.perf_counter()
                connection.sendall(b"small\n")
                take(connection, 5)
                small.append((time.perf_counter() - started) * 1000)
        for _ in range(requests):
            started = time.perf_counter()
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"small\n")
                take(connection, 5)
            fresh.append((time.perf_counter() - started) * 1000)
        return down, up, statistics.median(small), statistics.median(fresh)

    with Server() as server:
        remote, local = free_port(), free_port()
        peer = server.scratch / "peer.py"
        peer.write_text(PORT_PEER)
        name, file = server.configuration(
            f"{sys.executable} -u {peer} {remote}", ports=[f"{local}:{remote}"])
        attached = server.spawn("apply", "-f", file.name, "-y")
        for line in attached.stdout:
            if b"listening" in line:
                break
        bare, ours = measured(remote), measured(local)
        server.cli("stop", name, "-y", "--abort")
        attached.communicate()
    for number, what in ((0, "from the run"), (1, "to the run")):
        table.add(f"a forwarded port, {what}", f"{ours[number]:.0f} MB/s", f"without the server {bare[number]:.0f} MB/s",
                  f"{bare[number] / ours[number]:.1f}× the time")
    for number, what in ((2, "on an open connection"), (3, "on a new one")):
        table.add(f"a forwarded port, a small request {what}, p50", f"{ours[number]:.2f} ms",
                  f"without the server {bare[number]:.2f} ms")
