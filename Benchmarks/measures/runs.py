"""Runs on one machine: how soon they run, how soon one sees it, what they cost."""

import concurrent.futures
import datetime
import json
import os
import re
import statistics
import subprocess
import threading
import time

from .common import Follower, quantile, resident
from .official import OFFICIAL
from dstack_harness import BIN, Server, eventually


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


def measure_cold_start(table, server, quick):
    out = server.scratch / "hyperfine.json"
    subprocess.run(
        ["hyperfine", "-N", "--warmup", "2", "--runs", "10", "--export-json", str(out), "-n", "ours", "-n", "official",
         f"{BIN}/dstack ps", f"{OFFICIAL} ps"], env=server.environment, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    ours, official = (result["mean"] * 1000 for result in json.loads(out.read_text())["results"])
    table.add("`dstack ps`, whole command", f"{ours:.1f} ms", f"official CLI {official:.0f} ms",
              f"{official / ours:.0f}×", "under 25 ms")


def measure_memory(table, quick):
    with Server() as server:
        name = server.submit("sleep 300")
        server.wait_for(name, "running")
        table.add("server, resident, one run", f"{resident(server.process.pid):.0f} MB", "", "", "under 60 MB")
        table.add("shim, resident, one run", f"{resident(server.pids('dstack-shim')[0]):.0f} MB")
        table.add("runner, resident", f"{resident(server.pids('dstack-runner')[0]):.0f} MB")
