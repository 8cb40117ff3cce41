"""Hosts of a fleet: how soon they are ready, and how soon a job runs on one that is."""

import datetime
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from .common import quantile
from dstack_harness import BIN, Server
from ssh_hosts import Hosts


def write_fleet(server, hosts):
    path = server.work / "fleet.dstack.yml"
    path.write_text(f"type: fleet\nname: lab\nssh_config:\n  user: root\n  identity_file: {hosts.key}\n"
                    f"  hosts: [{', '.join(host.address for host in hosts)}]\n")
    return path


def copy_programs(hosts):
    """Seconds for `scp` of the two programs alone, to all hosts at once."""
    def copy(host):
        subprocess.run(
            ["scp", "-q", "-F", "none", "-i", hosts.key, "-o", "StrictHostKeyChecking=no", "-o",
             "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", BIN / "dstack-shim", BIN / "dstack-runner",
             f"root@{host.address}:/tmp/"], check=True)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(copy, hosts))
    return time.perf_counter() - started


def measure_setup(table, quick):
    """`dstack apply` of a fleet whose hosts know nothing of us, until the command ends with all of them ready."""
    for count in (1, 4) if quick else (1, 4, 16):
        ours, bare = [], []
        for _ in range(1 if quick else 3):
            with Hosts(count, docker=True) as hosts, Server() as server:
                bare.append(copy_programs(hosts))
                file = write_fleet(server, hosts)
                started = time.perf_counter()
                ran = server.cli("apply", "-f", file, "-y", timeout=300)
                ours.append(time.perf_counter() - started)
                assert ran.status == 0 and ran.text.count(": ready") == count, ran
        table.add(f"a fleet of {count} host{'s' if count > 1 else ''}, `apply` to all ready",
                  f"{statistics.median(ours):.2f} s", f"`scp` of the two programs {statistics.median(bare):.2f} s",
                  f"{statistics.median(ours) / statistics.median(bare):.1f}× the time")


def measure_jobs(table, quick):
    """`true` in a container on a ready host: ours beside `ssh host docker run --rm` of the same image, in turns."""
    with Hosts(1, docker=True) as hosts, Server() as server:
        hosts[0].make_images()
        ran = server.cli("apply", "-f", write_fleet(server, hosts), "-y", timeout=300)
        assert ran.status == 0, ran
        bare, running, done = [], [], []
        for number in range(3 if quick else 20):
            started = time.perf_counter()
            hosts[0].ssh("docker run --rm worker:1 true")
            bare.append(time.perf_counter() - started)
            name, file = server.configuration(["true"], name=f"box-{number}", image="worker:1", shell="sh",
                                              fleets=["lab"])
            before = time.time()
            started = time.perf_counter()
            ran = server.cli("apply", "-f", file.name, "-y")
            done.append(time.perf_counter() - started)
            assert ran.status == 0, ran
            began = next(event for event in server.history(name)
                         if event["kind"] == "job" and event["to"] == "running")
            running.append(datetime.datetime.fromisoformat(began["recorded_at"]).timestamp() - before)
    base = statistics.median(bare)
    for what, times in (("running", running), ("done", done)):
        value = statistics.median(times)
        table.add(f"`true` on a host, `apply` to {what}, p50", f"{value * 1000:.0f} ms",
                  f"`ssh host docker run --rm` {base * 1000:.0f} ms", f"{value / base:.2f}×",
                  "under 1.3×" if what == "running" else "")
    table.add("`true` on a host, `apply` to running, p90", f"{quantile(running, 0.9) * 1000:.0f} ms",
              f"`ssh host docker run --rm` {quantile(bare, 0.9) * 1000:.0f} ms")
