"""Jobs with code, in containers, on several nodes, in a long queue."""

import datetime
import http.client
import json
import random
import statistics
import string
import subprocess
import time

from .common import quantile, resident, run_spec
from docker_engine import DockerEngine
from dstack_harness import FINAL, Server, eventually
from git_servers import GitServers, git


def measure_code(table, quick):
    """A repository of 2,000 files and a diff of 5 MB, from `apply` to the end of a run of `true` in it."""
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
