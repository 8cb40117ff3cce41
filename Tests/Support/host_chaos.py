"""Rounds of `chaos` on hosts of an SSH fleet: hosts lose power, lines are cut and slow, sshd and agents are killed."""

import collections
import contextlib
import dataclasses
import os
import pathlib
import random
import threading
import time

from chaos import Chaos, Strike, Wish, draw_wishes
from dstack_harness import FINAL, eventually
from ssh_hosts import Hosts

# What ends what runs on a host; all other parts may be struck and no job may fail of it.
DEADLY = ("host", "runner", "engine")


def draw_strikes(dice):
    parts, weights = ["server", "shim", "sshd", "runner", "engine", "host", "cable", "line"], [2, 2, 2, 1, 1, 2, 4, 2]
    return sorted((
        Strike(part=dice.choices(parts, weights)[0], after=dice.uniform(0.2, 6), how="kill",
               pause=dice.uniform(0.2, 6))
        for _ in range(dice.randint(2, 4))), key=lambda strike: strike.after)


class HostChaos(Chaos):
    """A server and a fleet of hosts that live through rounds."""

    fleet = "hosts"

    def __init__(self, seed, count=3, actors=True, say=lambda text: None):
        super().__init__(seed, docker=False, actors=actors, say=say)
        self.hosts = Hosts(count, docker=True)

    def __enter__(self):
        try:
            self.hosts.__enter__()
            for host in self.hosts:
                host.exec("mkdir -p /marks && chmod 777 /marks")
            self.server.start()
            file = self.server.scratch / "fleet.dstack.yml"
            file.write_text(
                f"type: fleet\nname: {self.fleet}\nplacement: cluster\nblocks: 2\nssh_config:\n  user: root\n"
                f"  identity_file: {self.hosts.key}\n  hosts: [{', '.join(host.address for host in self.hosts)}]\n")
            made = self.server.cli("apply", "-f", file, "-y", timeout=120)
            assert made.status == 0, made
        except BaseException:
            self.close()
            raise
        return self

    def close(self):
        self.server.close()
        self.hosts.close()

    # A round.

    def draw(self, dice, number):
        wishes = [dataclasses.replace(wish, in_container=True) for wish in draw_wishes(dice, number, True)]
        # As many nodes as there are hosts at most: each takes one whole.
        return [dataclasses.replace(wish, nodes=2) if wish.nodes > 2 else wish for wish in wishes], draw_strikes(dice)

    def properties(self, wish):
        return {"image": "box:1", "volumes": ["/marks:/marks"], "fleets": [self.fleet],
                "resources": {"cpu": "1..", "memory": "100MB..", "disk": "1GB.."}}

    def mark_path(self, wish):
        return f"/marks/{wish.name}"

    def read_marks(self, wish):
        lines = []
        for host in self.hosts:
            place = host.upper / "marks" / wish.name
            # A line that a loss of power cut is nobody's mark.
            with contextlib.suppress(FileNotFoundError):
                lines += [line for line in place.read_text().split("\n")[:-1] if "\0" not in line]
        return lines

    # The strikes.

    def strike(self, strike, dice):
        if strike.part == "server":
            self.server.kill()
            time.sleep(strike.pause / 5)
            self.server.start()
            return
        host = dice.choice(list(self.hosts))
        self.hits[strike.part] += 1
        if strike.part == "host":
            host.kill()
            time.sleep(strike.pause)
            host.boot()
        elif strike.part == "cable":
            host.cut()
            time.sleep(strike.pause)
            host.heal()
        elif strike.part == "line":
            host.slow(delay=0.05, loss=0.02)
            time.sleep(strike.pause)
            host.fast()
        elif strike.part == "sshd":
            host.exec("pkill -KILL -f '^sshd: root'", check=False)
        elif strike.part == "shim":
            host.exec("pkill -KILL -x dstack-shim", check=False)
        elif strike.part == "runner":
            host.exec("pkill -KILL -o -x dstack-runner", check=False)
        elif strike.part == "engine":
            host.exec("pkill -KILL -x dockerd; rm -f /var/run/docker.pid", check=False)
            time.sleep(strike.pause)
            host.start_docker()

    @property
    def engine_was_hit(self):
        return any(self.hits[part] for part in DEADLY)

    # Afterwards.

    def local_leftovers(self):
        left = []
        for host in self.hosts:
            if names := host.exec("docker ps -aq", check=False).stdout.split():
                left.append(f"containers {names} on {host.name}")
            if jobs := host.exec("pgrep -x dstack-runner", check=False).stdout.split():
                left.append(f"runners {jobs} on {host.name}")
        return left

    def measure(self):
        from chaos import resident_kilobytes
        pid = self.server.process.pid
        self.sizes.append({"server": (resident_kilobytes(pid), len(os.listdir(f"/proc/{pid}/fd")))})
