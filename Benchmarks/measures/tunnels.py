"""Tunnels over libssh2 in our process, beside OpenSSH and beside a bare loop over libssh2."""

import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile

from .common import ROOT
from dstack_harness import eventually, free_port


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
                    "stream": tunnels.ours("stream", *move),
                    "bare": [tunnels.peer, "bare", str(tunnels.port), tunnels.user, tunnels.folder / "key",
                             str(tunnels.target_port), *map(str, move)],
                    "ssh": [tunnels.peer, "tcp", str(local), *map(str, move)],
                    "ssh_ctr": [tunnels.peer, "tcp", str(ssh_ctr_port), *map(str, move)],
                }
                # In turns, so that what else the machine does meets all alike: the best of each, and the middle one of
                # the rounds' ratios.
                times = {name: [] for name in contestants}
                for _ in range(rounds):
                    for name, command in contestants.items():
                        times[name].append(seconds(command))
                rate = {name: amount / 1e6 / min(taken) for name, taken in times.items()}
                beside = (f"bare libssh2 {rate['bare']:.0f}, `ssh -L` {rate['ssh']:.0f} "
                          f"(with the same cipher {rate['ssh_ctr']:.0f}) MB/s")
                what = f"{channels} tunnel{'s' if channels > 1 else ''}, {words}"
                for name, kind in (("stream", "as streams"), ("ours", "as sockets")):
                    table.add(f"{what}, {kind}", f"{rate[name]:.0f} MB/s", beside,
                              f"{ratio(times['bare'], times[name]):.2f}×", "0.95× of libssh2")
        for process in (ssh, ssh_ctr):
            process.kill()
            process.wait()

        median, late = subprocess.run(tunnels.ours("ping", 2000 if quick else 20000), capture_output=True, text=True,
                                      check=True).stdout.split()
        table.add("a small request through an open tunnel, p50", f"{float(median) / 1000:.2f} ms")
        table.add("a small request through an open tunnel, p99", f"{float(late) / 1000:.2f} ms")

        measure_idle_tunnels(table, tunnels, quick)
        measure_cut(table, tunnels)


def ratio(beside, ours):
    return statistics.median(other / own for other, own in zip(beside, ours))


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
