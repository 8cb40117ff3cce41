"""The measurements of `make bench`. Each prints as it goes; the table comes last and goes to docs/performance.md."""

import argparse
import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import string
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Support"))

from docker_engine import DockerEngine  # noqa: E402
from dstack_harness import BIN, FINAL, Server, eventually, free_port  # noqa: E402
from git_servers import GitServers, git  # noqa: E402

OFFICIAL = os.environ["OFFICIAL"]
LIST_BODY = json.dumps({
    "project_name": "main", "only_active": False, "include_jobs": True, "job_submissions_limit": 1, "limit": 100,
    "ascending": False})
ENDPOINTS = (
    ("users/get_my_user", ""),
    ("projects/list", ""),
    ("runs/list, empty", LIST_BODY),
    ("runs/list, 1,000 runs", LIST_BODY),
)


class Official:
    """The official server in a temporary home, started and ended like ours."""

    def __init__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-bench-"))
        self.port = free_port()
        self.token = "official-token"
        (self.scratch / "home").mkdir()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.scratch / "home"), "LANG": "C.UTF-8",
            "DSTACK_SERVER_DIR": str(self.scratch / "server"), "DSTACK_SERVER_LOG_LEVEL": "ERROR",
        }

    def __enter__(self):
        self.log = open(self.scratch / "log", "w")
        self.process = subprocess.Popen(
            [OFFICIAL, "server", "--port", str(self.port), "--token", self.token, "-y"],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

        def answers():
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthcheck")
                return connection.getresponse().status == 200
            except OSError:
                return False

        eventually("the official server answers", answers, timeout=90)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def api(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", f"/api/{path}", json.dumps(body),
                           {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        payload = answer.read()
        assert answer.status == 200, (path, answer.status, payload)
        return json.loads(payload)

    def fill(self, count):
        """One run of the official server's own, copied in its database until there are `count`."""
        self.api("project/main/runs/apply", {"plan": {"run_spec": run_spec("seed"), "current_resource": None},
                                             "force": False})
        eventually("the seed run has ended", lambda: self.api("runs/list", {})[0]["status"] == "failed", timeout=120,
                   every=0.5)
        base = sqlite3.connect(self.scratch / "server/data/sqlite.db", timeout=60)
        base.row_factory = sqlite3.Row
        run = dict(base.execute("select * from runs").fetchone())
        jobs = [dict(row) for row in base.execute("select * from jobs").fetchall()]
        for number in range(1, count):
            copy = {**run, "id": str(uuid.uuid4()), "run_name": f"seed-{number}"}
            insert(base, "runs", copy)
            for job in jobs:
                insert(base, "jobs", {**job, "id": str(uuid.uuid4()), "run_id": copy["id"],
                                      "run_name": copy["run_name"]})
        base.commit()
        base.close()


def insert(base, table, row):
    base.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))


def run_spec(name, *commands):
    return {
        "run_name": name, "repo_id": None, "repo_data": None, "repo_code_hash": None, "repo_dir": None,
        "file_archives": [], "working_dir": None, "configuration_path": "task.dstack.yml",
        "configuration": {"type": "task", "commands": list(commands) or ["true"]}, "profile": None,
        "ssh_key_pub": "ssh-rsa AAAA bench",
    }


class Follower:
    """One keep-alive connection that submits runs and follows each by our event stream to its end."""

    def __init__(self, server):
        self.server = server
        self.headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def run(self, name, *commands):
        """Milliseconds from the request to (running, done)."""
        started = time.perf_counter()
        self.connection.request(
            "POST", "/api/project/main/runs/apply",
            json.dumps({"plan": {"run_spec": run_spec(name, *commands), "current_resource": None}, "force": False}),
            self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        stream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        stream.request("GET", f"/api/project/main/runs/{name}/events?since=0", None, self.headers)
        running = final = None
        for line in stream.getresponse():
            if not line.startswith(b"data:"):
                continue
            event = json.loads(line[5:])
            now = (time.perf_counter() - started) * 1000
            if event["kind"] == "run" and event["to"] == "running" and running is None:
                running = now
            if event["kind"] == "run" and event["to"] in ("done", "failed", "terminated"):
                assert event["to"] == "done", event
                final = now
        stream.close()
        return running, final


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, ours, beside="", ratio="", goal=""):
        self.rows.append((what, ours, beside, ratio, goal))
        print(f"  {what}: {ours}  {beside}  {ratio}", flush=True)

    def markdown(self):
        head = ("what", "ours", "beside it", "ratio", "goal")
        lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in self.rows])


def quantile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def resident(pid):
    """Megabytes."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def measure_runs(table, server, quick):
    follower = Follower(server)
    times = [follower.run(f"one-{number}") for number in range(10 if quick else 50)]
    bare = []
    for _ in range(50):
        started = time.perf_counter()
        subprocess.run(["/bin/sh", "-c", "true"], check=True)
        bare.append((time.perf_counter() - started) * 1000)
    base = statistics.median(bare)
    for number, what in ((0, "submit of `true` to running"), (1, "submit of `true` to done")):
        value = statistics.median(t[number] for t in times if t[number] is not None)
        table.add(what, f"{value:.1f} ms", f"`sh -c true` {base:.1f} ms", f"+{value - base:.1f} ms", "under +60 ms")

    total = 64 if quick else 640

    def lane(number):
        mine = Follower(server)
        for step in range(total // 16):
            mine.run(f"lane-{number}-{step}")

    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lane, range(16)))
    rate = total / (time.perf_counter() - started)
    table.add("runs of `true`, submit to done, 16 at a time", f"{rate:.0f}/s", "", "", "300/s")


def measure_apply(table, server, quick):
    times = []
    for number in range(5 if quick else 20):
        name, file = server.configuration("true", name=f"apply-{number}")
        started = time.perf_counter()
        ran = server.cli("apply", "-f", file.name, "-y")
        times.append((time.perf_counter() - started) * 1000)
        assert ran.status == 0, ran
    table.add("`dstack apply -y` of `true`, whole command", f"{statistics.median(times):.0f} ms")


class WatchedTable:
    """`ps -w`, with the moment (microseconds since the epoch) at which each line was read."""

    def __init__(self, server):
        self.lines = []
        self.process = subprocess.Popen(
            [BIN / "dstack", "ps", "-w"], env=server.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while chunk := os.read(self.process.stdout.fileno(), 1 << 16):
            now = time.time_ns() / 1000
            self.lines += [(now, line) for line in chunk.decode().splitlines()]

    def first(self, name, pattern):
        """When the first line about a run came that matches; None where none did."""
        said = re.compile(rf"\b{name}\b.*\b({pattern})")
        return next((at for at, line in list(self.lines) if said.search(line)), None)

    def end(self):
        self.process.kill()
        self.process.wait()


def measure_watch(table, server, quick):
    """From a state in the runner, by the time in its own log, to the line of `ps -w` that shows it."""
    watched = WatchedTable(server)
    latencies, ends = [], []
    try:
        follower = Follower(server)
        for number in range(20 if quick else 200):
            name, stamp = f"watch-{number}", server.scratch / f"stamp-{number}"
            follower.run(name, f"sleep 0.03; exec date +%s%N > {stamp}")
            eventually(f"`ps -w` shows the end of {name}", lambda: watched.first(name, "exited|done"), timeout=20)
            said = {}
            for line in server.cli("logs", "-d", name).out.splitlines():
                at, _, what = line.split(" ", 2)
                said[what.split(" as process")[0].strip()] = datetime.datetime.fromisoformat(at).timestamp() * 1e6
            for what, pattern in (("job is running", "running"), ("job done", "terminating|exited|done")):
                latencies.append((watched.first(name, pattern) - said[what]) / 1000)
            ends.append((watched.first(name, "exited|done") - int(stamp.read_text()) / 1000) / 1000)
    finally:
        watched.end()
    for part, goal in ((0.5, ""), (0.99, "under 10 ms")):
        table.add(f"a state in the runner to its line in `ps -w`, p{part * 100:.0f}",
                  f"{quantile(latencies, part):.1f} ms", "", "", goal)
    table.add("a command's end to the line that says so, all cleaned up, p50", f"{quantile(ends, 0.5):.1f} ms")


def measure_cold_start(table, server):
    out = server.scratch / "hyperfine.json"
    subprocess.run(
        ["hyperfine", "-N", "--warmup", "2", "--runs", "10", "--export-json", str(out), "-n", "ours", "-n", "official",
         f"{BIN}/dstack ps", f"{OFFICIAL} ps"], env=server.environment, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    ours, official = (result["mean"] * 1000 for result in json.loads(out.read_text())["results"])
    table.add("`dstack ps`, whole command", f"{ours:.1f} ms", f"official CLI {official:.0f} ms",
              f"{official / ours:.0f}×", "under 25 ms")


def wrk(port, token, path, body, seconds):
    ran = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", "60s", "-s", str(ROOT / "Benchmarks/wrk-post.lua"),
         f"http://127.0.0.1:{port}/api/{path}", "--", token, body], capture_output=True, text=True, check=True)
    requests, microseconds, bad = map(int, re.search(r"RESULT (\d+) (\d+) (\d+)", ran.stdout).groups())
    assert bad == 0, ran.stdout
    return requests / (microseconds / 1e6)


def measure_http(table, quick):
    seconds = 2 if quick else 6
    goals = {"users/get_my_user": "50×"}
    with Server() as ours, Official() as official:
        for label, body in ENDPOINTS:
            if "1,000" in label:
                fill(ours, 1000)
                official.fill(1000)
                # A page of a hundred runs takes the official server so long that few seconds show no answer at all.
                seconds = max(seconds, 15)
            path = label.split(",")[0]
            mine = wrk(ours.port, ours.token, path, body, seconds)
            theirs = wrk(official.port, official.token, path, body, seconds)
            table.add(f"`{label}`, wrk -t1 -c16", f"{mine:,.0f}/s", f"official server {theirs:,.0f}/s",
                      f"{mine / theirs:.0f}×", goals.get(path, "30×"))
        table.add("server, resident after those", f"{resident(ours.process.pid):.0f} MB",
                  f"official server {resident(official.process.pid):.0f} MB",
                  f"{resident(official.process.pid) / resident(ours.process.pid):.1f}×", "under 60 MB")


def fill(server, count):
    """Real runs of `true`, 16 at a time."""
    def lane(number):
        mine = Follower(server)
        for step in range(number, count, 16):
            mine.run(f"fill-{step}")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lane, range(16)))


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


def measure_memory(table):
    with Server() as server:
        name = server.submit("sleep 300")
        server.wait_for(name, "running")
        table.add("server, resident, one run", f"{resident(server.process.pid):.0f} MB", "", "", "under 60 MB")
        table.add("shim, resident, one run", f"{resident(server.pids('dstack-shim')[0]):.0f} MB")
        table.add("runner, resident", f"{resident(server.pids('dstack-runner')[0]):.0f} MB")


class Tunnels:
    """An sshd of our own with what is behind its tunnels, for the measurements of SSH."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dstack-bench-"))
        self.port, self.user = free_port(), os.environ.get("USER") or "root"
        for name in ("host_key", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        shutil.copy(self.folder / "key.pub", self.folder / "authorized_keys")
        os.makedirs("/run/sshd", exist_ok=True)
        (self.folder / "sshd_config").write_text("\n".join((
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {self.folder}/host_key",
            f"AuthorizedKeysFile {self.folder}/authorized_keys", "StrictModes no", "UsePAM no", "PidFile none",
            "MaxStartups 1000", "MaxSessions 1000", "")))
        self.peer = self.folder / "peer"
        subprocess.run(["cc", "-O2", "-o", self.peer, ROOT / "Benchmarks/MeasureSSH/peer.c", "-lssh2", "-lpthread"],
                       check=True)
        self.server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.folder / "sshd_config"])
        self.target = subprocess.Popen([self.peer, "serve"], stdout=subprocess.PIPE, text=True)
        self.target_port = int(self.target.stdout.readline())
        eventually("sshd listens", lambda: listens(self.port))
        return self

    def __exit__(self, *_):
        for process in (self.server, self.target):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ours(self, what, *rest):
        return [ROOT / ".build/release/MeasureSSH", what, str(self.port), self.user, str(self.folder / "key"),
                str(self.target_port), *map(str, rest)]

    def openssh(self, local, *options):
        """`ssh -N -L`, once it listens."""
        process = subprocess.Popen(
            ["ssh", "-F", "none", "-N", "-i", self.folder / "key", "-o", "StrictHostKeyChecking=no", "-o",
             "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", *options, "-p", str(self.port), "-L",
             f"{local}:127.0.0.1:{self.target_port}", f"{self.user}@127.0.0.1"])
        eventually("ssh listens", lambda: listens(local), every=0.05)
        return process

    def clients(self):
        """Processes of sshd that serve a connection."""
        found, parents = [], [self.server.pid]
        while parents:
            children = pathlib.Path(f"/proc/{parents[0]}/task/{parents[0]}/children").read_text().split()
            parents = parents[1:] + [int(child) for child in children]
            found += map(int, children)
        return found


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def proportional(pid):
    """A process's proportional share of memory, in KiB."""
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])


def measure_ssh(table, quick):
    """Tunnels over libssh2 in our process, beside OpenSSH's and beside a bare loop over libssh2."""
    seconds = lambda command: float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0])
    with Tunnels() as tunnels:
        amount, rounds = (200_000_000, 2) if quick else (1_000_000_000, 5)
        local = free_port()
        ssh = tunnels.openssh(local)
        ssh_ctr_port = free_port()
        ssh_ctr = tunnels.openssh(ssh_ctr_port, "-o", "Ciphers=aes128-ctr", "-o", "MACs=hmac-sha2-256")
        for channels in (1, 16):
            for direction, words in (("d", "from the host"), ("u", "to the host")):
                each = amount // channels
                move = (direction, each, channels)
                contestants = {
                    "ours": tunnels.ours("move", *move),
                    "bare": [tunnels.peer, "bare", str(tunnels.port), tunnels.user, tunnels.folder / "key",
                             str(tunnels.target_port), *map(str, move)],
                    "ssh": [tunnels.peer, "tcp", str(local), *map(str, move)],
                    "ssh_ctr": [tunnels.peer, "tcp", str(ssh_ctr_port), *map(str, move)],
                }
                # In turns, so that what else the machine does meets all alike; the best of each.
                times = {name: [] for name in contestants}
                for _ in range(rounds):
                    for name, command in contestants.items():
                        times[name].append(seconds(command))
                rate = {name: amount / 1e6 / min(taken) for name, taken in times.items()}
                table.add(f"{channels} tunnel{'s' if channels > 1 else ''}, {words}", f"{rate['ours']:.0f} MB/s",
                          f"bare libssh2 {rate['bare']:.0f}, `ssh -L` {rate['ssh']:.0f} "
                          f"(with the same cipher {rate['ssh_ctr']:.0f}) MB/s", f"{rate['ours'] / rate['bare']:.2f}×",
                          "0.95× of libssh2")
        for process in (ssh, ssh_ctr):
            process.kill()
            process.wait()

        median, late = subprocess.run(tunnels.ours("ping", 2000 if quick else 20000), capture_output=True, text=True,
                                      check=True).stdout.split()
        table.add("a small request through an open tunnel, p50", f"{float(median) / 1000:.2f} ms")
        table.add("a small request through an open tunnel, p99", f"{float(late) / 1000:.2f} ms")

        measure_idle_tunnels(table, tunnels, quick)
        measure_cut(table, tunnels)


def measure_idle_tunnels(table, tunnels, quick):
    """What a tunnel costs that carries nothing: 4 in each session, as 4 jobs on each host."""
    sessions, beside = (25, 5) if quick else (250, 20)
    def held(count):
        process = subprocess.Popen(tunnels.ours("hold", count, 4), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        assert process.stdout.readline() == "ready\n"
        share = proportional(process.pid)
        process.stdin.close()
        process.wait()
        return share
    each = (held(sessions) - held(1)) / (sessions - 1) / 4
    processes = [tunnels.openssh(free_port()) for _ in range(beside)]
    share = statistics.mean(proportional(process.pid) for process in processes)
    for process in processes:
        process.kill()
        process.wait()
    table.add(f"an idle tunnel, memory (PSS), {sessions * 4} over {sessions} sessions", f"{each:.0f} KiB",
              f"`ssh -N -L` {share:.0f} KiB", f"1/{share / each:.0f}", "1/20")


def measure_cut(table, tunnels):
    """A peer that falls silent: every process that serves the connection is stopped, then goes on."""
    process = subprocess.Popen(tunnels.ours("heal", 500), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    serving = [tunnels.server.pid, *tunnels.clients()]
    for pid in serving:
        os.kill(pid, signal.SIGSTOP)
    process.stdin.write("cut\n")
    process.stdin.flush()
    noticed = float(process.stdout.readline())
    for pid in serving:
        os.kill(pid, signal.SIGCONT)
    process.stdin.write("healed\n")
    process.stdin.flush()
    again = float(process.stdout.readline())
    process.stdin.close()
    process.wait()
    table.add("a silent host is noticed, keep-alive of 3 × 0.5 s", f"{noticed:.0f} ms", goal="under 1,500 ms")
    table.add("a new session stands after the host is back", f"{again:.0f} ms")


def measure_code(table, quick):
    """A repository of 2,000 files and a diff of 5 MB, from `apply` to the end of a run of `true` in it."""
    import random

    rng = random.Random(7)
    letters = string.ascii_letters + string.digits + " "
    words = ["".join(rng.choices(letters, k=63)) + "\n" for _ in range(4096)]

    def text(size):
        return "".join(rng.choices(words, k=size // 64))

    with GitServers() as servers, Server(DSTACK_SERVER_CODE_UPLOAD_LIMIT=str(64 << 20)) as server:
        servers.make("large", {f"folder{number % 50}/file{number}.txt": text(8 << 10) for number in range(2000)})
        clone = servers.clone("large", server.work / "large")
        # Changed files, which count twice in a diff, and new ones.
        for number in range(160):
            (clone / f"folder{number % 50}" / f"file{number}.txt").write_text(text(8 << 10))
        for number in range(150):
            (clone / f"new{number}.txt").write_text(text(16 << 10))
        git("add", "-N", ".", cwd=clone)
        diff = servers.scratch / "diff"
        with open(diff, "wb") as file:
            subprocess.run(["git", "diff", "--binary", "HEAD"], cwd=clone, stdout=file, check=True)
        git("reset", "-q", cwd=clone)
        megabytes = diff.stat().st_size / 1e6
        bare, ours, running = [], [], []
        for number in range(3 if quick else 5):
            target = servers.scratch / f"bare{number}"
            # ext4 looks at each inode that was deleted in the last seconds before it gives one to a new file, and the
            # job before this one has just left its 2,000 files.
            time.sleep(6)
            started = time.perf_counter()
            git("clone", "-q", servers.url("large"), target, cwd=servers.scratch)
            git("apply", "--whitespace=nowarn", diff, cwd=target)
            bare.append(time.perf_counter() - started)
            name, file = server.configuration("true", name=f"code-{number}")
            started = time.perf_counter()
            ran = server.cli("apply", "-f", file.name, "-y", "-d", "-P", clone)
            assert ran.status == 0, ran
            sent = time.perf_counter()
            while server.run(name)["status"] not in FINAL:
                time.sleep(0.002)
            ours.append(time.perf_counter() - started)
            running.append(sent - started)
            assert server.run(name)["status"] == "done", server.job(name)
    value, base = statistics.median(ours), statistics.median(bare)
    table.add(f"a repository of 2,000 files with a diff of {megabytes:.1f} MB, `apply` to done of `true` in it",
              f"{value * 1000:.0f} ms ({statistics.median(running) * 1000:.0f} of them `apply -d`)",
              f"`git clone` and `git apply` {base * 1000:.0f} ms", f"{value / base:.2f}×", "under 1.3×")


def measure_containers(table, quick):
    """`true` in a container: ours and `docker run` of the same image on the same engine, in turns."""
    count = 3 if quick else 15
    with DockerEngine() as engine, Server(DOCKER_HOST=engine.host) as server:
        bare, running, done = [], [], []
        for number in range(count):
            started = time.perf_counter()
            engine.run("run", "--rm", "box:1", "true")
            bare.append(time.perf_counter() - started)
            name, file = server.configuration("true", name=f"box-{number}", image="box:1")
            before = time.time()
            started = time.perf_counter()
            ran = server.cli("apply", "-f", file.name, "-y")
            done.append(time.perf_counter() - started)
            assert ran.status == 0, ran
            began = next(event for event in server.history(name) if event["kind"] == "job" and event["to"] == "running")
            running.append(datetime.datetime.fromisoformat(began["recorded_at"]).timestamp() - before)
    base = statistics.median(bare)
    for what, times in (("running", running), ("done", done)):
        value = statistics.median(times)
        table.add(f"`true` in a container, `apply` to {what}", f"{value * 1000:.0f} ms",
                  f"`docker run --rm` {base * 1000:.0f} ms", f"{value / base:.2f}×", "under 1.5×")


def measure_nodes(table, quick):
    """From the first of three nodes that runs to the last, by the time stamps of the server's events."""
    spans = []
    with Server() as server:
        for number in range(5 if quick else 30):
            name = server.submit("true", name=f"nodes-{number}", nodes=3)
            server.wait_for(name)
            at = [datetime.datetime.fromisoformat(event["recorded_at"]).timestamp() * 1000
                  for event in server.history(name) if event["kind"] == "job" and event["to"] == "running"]
            assert len(at) == 3, at
            spans.append(max(at) - min(at))
    table.add("three nodes: last running after the first, p50", f"{statistics.median(spans):.1f} ms")
    table.add("three nodes: last running after the first, p90", f"{quantile(spans, 0.9):.1f} ms")


def measure_queue(table, quick):
    """Fifty runs that hold the slots, a thousand that wait."""
    waiting = 100 if quick else 1000
    with Server(DSTACK_LOCAL_FLEET_SLOTS="50") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}

        def post(path, body):
            connection.request("POST", f"/api/project/main/runs/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            payload = answer.read()
            assert answer.status == 200, (path, payload)

        def submit(name, command):
            post("apply", {"plan": {"run_spec": run_spec(name, command), "current_resource": None}, "force": False})

        for number in range(50):
            submit(f"holds-{number}", "sleep 3000")
        for number in (0, 49):
            server.wait_for(f"holds-{number}", "running", timeout=60)
        stamps = server.scratch / "stamps"
        stamps.mkdir()
        started = time.perf_counter()
        for number in range(waiting):
            submit(f"waits-{number}", f"date +%s%N > {stamps}/{number}; sleep 3000")
        table.add(f"submit of {waiting} runs that wait", f"{waiting / (time.perf_counter() - started):.0f}/s")
        last = f"waits-{waiting - 1}"
        eventually("the last is said to wait", lambda: server.job(last)["error"], timeout=60)
        table.add(f"server, resident, 50 runs and {waiting} that wait", f"{resident(server.process.pid):.0f} MB")
        times = []
        for number in range(5 if quick else 20):
            post("stop", {"runs_names": [f"holds-{number}"], "abort": True})
            stamp = stamps / str(number)
            eventually("the next run's first line", lambda: stamp.exists() and stamp.read_text(), every=0.005)
            ended = next(event for event in server.history(f"holds-{number}") if event["kind"] == "job" and event["to"] == "aborted")
            freed = datetime.datetime.fromisoformat(ended["recorded_at"]).timestamp() * 1000
            times.append(int(stamp.read_text()) / 1e6 - freed)
        table.add("a slot falls free to the next run's first command, p50", f"{statistics.median(times):.1f} ms")
        table.add("a slot falls free to the next run's first command, p90", f"{quantile(times, 0.9):.1f} ms")


def measure_simulation(table, quick):
    """Whole simulated histories of the engine, on one core."""
    ran = subprocess.run([ROOT / ".build/release/Simulate", "0", "200" if quick else "2000"], capture_output=True,
                         text=True, check=True)
    rate = re.search(r"(\d+) histories/s", ran.stdout)[1]
    table.add("simulated histories of the engine", f"{rate}/s")


def measure_store(table):
    """Transitions that many jobs make durable at once, beside single rows by GRDB alone."""
    with tempfile.TemporaryDirectory(prefix="dstack-bench-") as folder:
        ran = subprocess.run([ROOT / ".build/release/MeasureStore", folder], capture_output=True, text=True, check=True)
    rates = {name: int(rate) for name, rate in (line.split() for line in ran.stdout.splitlines())}
    table.add("durable transitions of 64 jobs at once", f"{rates['ours']:,}/s",
              f"GRDB, one row a transaction {rates['bare']:,}/s", f"{rates['ours'] / rates['bare']:.1f}×")


def measure_sizes(table):
    for name, goal in (("dstack", ""), ("dstack-shim", "under 25 MB"), ("dstack-runner", "under 25 MB")):
        table.add(f"`bin/{name}`", f"{(BIN / name).stat().st_size / 1e6:.1f} MB", "", "", goal)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


PAGE = """# Performance

Measured by `make bench` on {date}: {cores} cores of {processor}, Linux {kernel}; load average {load:.1f} when it
began (what other programs kept busy). Both systems ran on the same machine in
the same run; the official one is dstack 0.22.5 from PyPI. Numbers differ from machine to machine and from run to run;
the ratios less.

{table}

How each is measured stands in `Benchmarks/measure.py`.
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions; writes no page")
    parser.add_argument("--only", help="names of measurements, separated by commas")
    options = parser.parse_args()
    table, quick = Table(), options.quick
    load = os.getloadavg()[0]

    def with_server(measure):
        def measured():
            with Server() as server:
                measure(server)
        return measured

    measurements = {
        "runs": with_server(lambda s: measure_runs(table, s, quick)),
        "apply": with_server(lambda s: measure_apply(table, s, quick)),
        "watch": with_server(lambda s: measure_watch(table, s, quick)),
        "start": with_server(lambda s: measure_cold_start(table, s)),
        "http": lambda: measure_http(table, quick),
        "logs": lambda: measure_logs(table, quick),
        "ports": lambda: measure_ports(table, quick),
        "memory": lambda: measure_memory(table),
        "ssh": lambda: measure_ssh(table, quick),
        "code": lambda: measure_code(table, quick),
        "containers": lambda: measure_containers(table, quick),
        "nodes": lambda: measure_nodes(table, quick),
        "queue": lambda: measure_queue(table, quick),
        "store": lambda: measure_store(table),
        "simulation": lambda: measure_simulation(table, quick),
        "sizes": lambda: measure_sizes(table),
    }
    wanted = options.only.split(",") if options.only else list(measurements)
    failed = []
    for name in wanted:
        print(f"{name}:", flush=True)
        try:
            measurements[name]()
        except Exception as problem:  # One that fails must not take the others' numbers with it.
            failed.append(name)
            print(f"  failed: {problem!r}", file=sys.stderr, flush=True)
    print("\n" + table.markdown())
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
    if not quick and not options.only:
        (ROOT / "docs" / "performance.md").write_text(PAGE.format(
            date=time.strftime("%Y-%m-%d"), cores=os.cpu_count(), processor=processor(), kernel=".".join(platform.release().split(".")[:2]), load=load,
            table=table.markdown()))


if __name__ == "__main__":
    main()
