"""Rounds of a load on one server whose parts are killed at random, and the promises that hold afterwards.

A round is drawn from its seed: which runs there are, which parts are struck when. What the machine makes of it differs
from time to time, so a replayed round strikes the same things at about the same moments, no more.
"""

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import threading
import time

from docker_engine import DockerEngine
from dstack_harness import FINAL, Server, eventually, processes_naming

# How long a round may take from its last strike until everything is quiet.
PATIENCE = 150
# What a submission may fail of whose runner, container or engine was killed.
HIT = ("executor_error", "container_exited_with_error", "creating_container_error", "instance_unreachable")


@dataclasses.dataclass
class Wish:
    """One run of a round."""
    name: str
    kind: str
    after: float
    in_container: bool
    lines: int
    nodes: int = 1
    stop_after: float = 0
    # Whether it is tried again when it fails.
    retries: bool = False


@dataclasses.dataclass
class Strike:
    """Something that happens to a part: it is killed, and started again where nobody else does it; or paused."""
    part: str
    after: float
    how: str
    pause: float


class Broken(AssertionError):
    pass


def draw_wishes(dice, number, docker):
    wishes = []
    for index in range(dice.randint(7, 11)):
        kind = dice.choices(["short", "loud", "slow", "failing", "nodes", "stopped", "aborted", "retried"],
                            [5, 2, 4, 1, 2, 2, 2, 1 if number % 3 == 0 else 0])[0]
        wishes.append(Wish(
            name=f"r{number}-{index}-{kind}", kind=kind, after=dice.uniform(0, 3),
            in_container=docker and dice.random() < 0.5,
            lines={"loud": dice.randint(2000, 8000), "slow": dice.randint(100, 400)}.get(kind, dice.randint(1, 30)),
            nodes=dice.randint(2, 3) if kind == "nodes" else 1, stop_after=dice.uniform(0, 4),
            retries=kind == "retried" or kind in ("short", "loud", "slow", "nodes") and dice.random() < 0.3))
    return wishes


def draw_strikes(dice, docker):
    parts = ["server", "shim", "runner"] + ["engine", "containerd"] * docker
    return sorted((
        Strike(part=dice.choices(parts, [4, 3, 2, 1, 1][:len(parts)])[0], after=dice.uniform(0.2, 6),
               how="kill" if dice.random() < 0.75 else "pause", pause=dice.uniform(0, 1.2))
        for _ in range(dice.randint(2, 5))), key=lambda strike: strike.after)


class Chaos:
    """A server (and an engine) that lives through rounds. `with Chaos(seed) as chaos: chaos.round(0)`."""

    def __init__(self, seed, docker=True, actors=True, say=lambda text: None):
        self.seed = seed
        self.say = say
        self.engine = DockerEngine() if docker else None
        environment = {"DSTACK_SERVER_METRICS_INTERVAL_SECONDS": "1"}
        if docker:
            environment["DOCKER_HOST"] = self.engine.host
        if actors:
            environment["DSTACK_TEST_KILL_ACTORS"] = f"{seed}:120"
        self.server = Server(**environment)
        self.marks = self.server.scratch / "marks"
        self.marks.mkdir()
        os.chmod(self.marks, 0o777)
        self.keeps = False
        self.sizes = []

    def __enter__(self):
        try:
            if self.engine:
                self.engine.__enter__()
            self.server.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            kept = pathlib.Path(f"/tmp/dstack-chaos-{self.seed}-{os.getpid()}")
            shutil.copytree(self.server.scratch, kept, ignore_dangling_symlinks=True, dirs_exist_ok=True,
                            ignore=lambda folder, names: [
                                name for name in names if not (
                                    os.path.isfile(os.path.join(folder, name))
                                    or os.path.isdir(os.path.join(folder, name)))])
            if self.engine:
                shutil.copy(self.engine.scratch / "dockerd.log", kept / "dockerd.log")
            self.say(f"what the server left is kept in {kept}")
        self.close()

    def close(self):
        self.server.close()
        if self.engine:
            self.engine.close()

    # A round.

    def round(self, number):
        """Runs a round and checks its promises; returns what it was, in words."""
        dice = random.Random(f"{self.seed}/{number}")
        wishes, strikes = self.draw(dice, number)
        self.hits = collections.Counter()
        began = time.monotonic()
        threads = [threading.Thread(target=self.guarded, args=(self.use, wish, began)) for wish in wishes]
        self.failures = []
        for thread in threads:
            thread.start()
        for strike in strikes:
            time.sleep(max(0, began + strike.after - time.monotonic()))
            self.strike(strike, dice)
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        struck_until = time.monotonic()
        self.wait_until_quiet(wishes)
        outcomes = self.check(wishes)
        self.measure()
        struck = ", ".join(f"{strike.how} {strike.part}" for strike in strikes)
        return (f"{len(wishes)} runs, {outcomes}; {struck}; {time.monotonic() - began:.1f} s,"
                f" quiet after {time.monotonic() - struck_until:.1f}")

    def draw(self, dice, number):
        return draw_wishes(dice, number, self.engine is not None), draw_strikes(dice, self.engine is not None)

    def guarded(self, body, *arguments):
        try:
            body(*arguments)
        except BaseException as error:  # Told by the round's own thread.
            self.failures.append(error)

    # The user.

    def use(self, wish, began):
        time.sleep(max(0, began + wish.after - time.monotonic()))
        mark = f'"$DSTACK_RUN_NAME $DSTACK_JOB_ID" >> {self.mark_path(wish)}'
        pace = "; sleep 0.01" if wish.kind in ("slow", "nodes") else ""
        commands = [f"echo begin {mark}",
                    f"i=0; while [ $i -lt {wish.lines} ]; do i=$((i+1)); echo line $i{pace}; done"]
        if wish.kind in ("stopped", "aborted"):
            commands.append("sleep 1000")
        if wish.kind == "retried":
            commands.append(f"if [ $(grep -c begin {self.mark_path(wish)}) -lt 2 ]; then exit 3; fi")
        commands.append(f"echo end {mark}")
        if wish.kind == "failing":
            commands.append("exit 3")
        properties = {"nodes": wish.nodes} if wish.nodes > 1 else {}
        properties |= self.properties(wish)
        if wish.retries:
            properties["retry"] = {"on_events": ["error"], "duration": "1h"}
        _, file = self.server.configuration(commands, name=wish.name, **properties)
        eventually("the run is submitted", lambda: self.submit(wish, file), timeout=60, every=0.2)
        if wish.kind in ("stopped", "aborted"):
            time.sleep(wish.stop_after)
            body = {"runs_names": [wish.name], "abort": wish.kind == "aborted"}
            eventually("the run is stopped", lambda: self.ask("project/main/runs/stop", body)[0] == 200, timeout=60)

    def properties(self, wish):
        return {"image": "box:1", "volumes": [f"{self.marks}:{self.marks}"]} if wish.in_container else {}

    def mark_path(self, wish):
        return f"{self.marks}/{wish.name}"

    def read_marks(self, wish):
        file = self.marks / wish.name
        return file.read_text().splitlines() if file.exists() else []

    def submit(self, wish, file):
        if self.server.cli("apply", "-f", file.name, "-y", "-d").status == 0:
            return True
        # A server that was killed may have taken the run all the same. The next one knows: a run that is over by then
        # would be replaced by another of its name.
        return eventually("the server answers", lambda: self.ask("project/main/runs/get", {"run_name": wish.name})[0],
                          timeout=60) == 200

    def ask(self, path, body):
        """Status and answer; (0, None) while the server is away."""
        try:
            return self.server.request("POST", f"/api/{path}", body)
        except OSError:
            return 0, None
        except Exception as error:  # A connection that was cut in an answer.
            return 0, str(error)

    # The strikes.

    def strike(self, strike, dice):
        pids = self.victims(strike.part)
        if not pids:
            return
        pid = dice.choice(sorted(pids))
        self.hits[strike.part] += strike.how == "kill"
        if strike.how == "pause":
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                time.sleep(strike.pause)
                os.kill(pid, signal.SIGCONT)
        elif strike.part == "server":
            self.server.kill()
            time.sleep(strike.pause)
            self.server.start()
        elif strike.part == "engine":
            self.engine.kill()
            time.sleep(strike.pause)
            self.engine.start()
        elif strike.part == "containerd":
            self.engine.kill_containerd()
            time.sleep(strike.pause)
            self.engine.start_containerd()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def victims(self, part):
        if part == "server":
            return [self.server.process.pid]
        if part == "engine":
            return [self.engine.process.pid]
        if part == "containerd":
            return [self.engine.containerd.pid]
        if part == "shim":
            return self.server.pids("dstack-shim")
        found = self.server.pids("dstack-runner")
        if self.engine:
            found += [pid for pid in self.container_processes() if self.is_runner(pid)]
        return found

    def is_runner(self, pid):
        with contextlib.suppress(OSError):
            return b"dstack-runner" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        return False

    def container_processes(self):
        """Processes whose environment names the marks' folder's server: those in containers of this engine."""
        found = []
        shims = [pid for pid in processes_naming(str(self.engine.scratch)) if "containerd-shim" in name_of(pid)]
        for pid in shims:
            found += children_of(pid)
        return found

    # Afterwards.

    def wait_until_quiet(self, wishes):
        def quiet():
            for wish in wishes:
                status, run = self.ask("project/main/runs/get", {"run_name": wish.name})
                if status != 200 or run["status"] not in FINAL:
                    return False
            return not self.leftovers()

        try:
            eventually("all is quiet", quiet, timeout=PATIENCE, every=0.1)
        except AssertionError:
            states = {wish.name: (self.ask("project/main/runs/get", {"run_name": wish.name})[1] or {}).get("status")
                      for wish in wishes}
            raise Broken(f"not quiet after {PATIENCE} s: {states}; left: {self.leftovers()}") from None

    def leftovers(self):
        """What is still there of ended runs."""
        left = []
        file = self.server.folder / "data/dstack.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as database:
            for table in ("claims", "messages"):
                count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                if count:
                    left.append(f"{count} {table}")
        return left + self.local_leftovers()

    def local_leftovers(self):
        left = []
        for folder in ("tasks", "containers", "jobs"):
            place = self.server.folder / "shim" / folder
            if place.exists() and (names := os.listdir(place)):
                left.append(f"{folder}: {names}")
        if runners := self.server.pids("dstack-runner"):
            left.append(f"runners {runners}")
        if jobs := processes_naming("DSTACK_RUN_NAME=", str(self.server.scratch)):
            left.append(f"processes of jobs {jobs}")
        if self.engine:
            if containers := self.engine.run("ps", "-aq", check=False).stdout.split():
                left.append(f"containers {containers}")
            networks = self.engine.run("network", "ls", "--format", "{{.Name}}", check=False).stdout.split()
            if networks := [name for name in networks if name.startswith("dstack-")]:
                left.append(f"networks {networks}")
        return left

    def check(self, wishes):
        """Looks at every promise; returns what became of the runs, in words."""
        broken = []
        for wish in wishes:
            broken += [f"{wish.name}: {what}" for what in self.check_run(wish)]
        # One runner that is killed ends one job, and with it its run; an engine takes all its containers along.
        failed = [wish for wish in wishes if wish.kind in ("short", "loud", "slow", "nodes", "stopped", "aborted")
                  and self.server.run(wish.name)["status"] == "failed"]
        if not self.engine_was_hit and len(failed) > self.hits["runner"]:
            broken.append(f"{self.hits['runner']} runners were killed, and failed are {[wish.name for wish in failed]}")
        if processes := [wish.name for wish in failed if not wish.in_container][self.hits["runner"]:]:
            broken.append(f"{self.hits['runner']} runners were killed, and failed is {processes} too")
        if broken:
            raise Broken("\n".join(broken))
        runs = [self.server.run(wish.name) for wish in wishes]
        counts = collections.Counter(run["status"] for run in runs)
        again = sum(len(job["job_submissions"]) - 1 for run in runs for job in run["jobs"])
        return " ".join([*(f"{count} {status}" for status, count in sorted(counts.items())), f"{again} retried"])

    @property
    def engine_was_hit(self):
        return self.hits["engine"] + self.hits["containerd"] > 0

    def check_run(self, wish):
        run = self.server.run(wish.name)
        submissions = [submission for job in run["jobs"] for submission in job["job_submissions"]]
        yield from self.check_status(wish, run, submissions)
        yield from self.check_events(wish, run, submissions)
        yield from self.check_marks(wish, submissions)
        for job in run["jobs"]:
            yield from self.check_log(wish, job)

    def check_status(self, wish, run, submissions):
        expected = {"failing": {"failed"}, "stopped": {"terminated"}, "aborted": {"terminated", "aborted"}}.get(
            wish.kind, {"done"})
        was_hit = self.hits["runner"] or (wish.in_container and self.engine_was_hit)
        if run["status"] not in expected | ({"failed"} if was_hit and not wish.retries else set()):
            yield f"is {run['status']} ({run['termination_reason']}), not {expected}"
        for submission in submissions:
            reason, status = submission["termination_reason"], submission["exit_status"]
            if reason == "terminated_by_server" and wish.nodes == 1:
                yield f"a submission ended by the server: {submission['termination_reason_message']}"
            if submission["status"] == "failed":
                if reason not in HIT:
                    yield f"a submission failed of {reason}"
                is_own = wish.kind in ("failing", "retried") and status == 3
                if not is_own and not submission["termination_reason_message"]:
                    yield f"a submission failed of {reason} (exit status {status}) without a word"
                if not is_own and not was_hit:
                    yield f"a submission failed, and nothing hit it: {submission['termination_reason_message']}"

    def check_events(self, wish, run, submissions):
        """Every change of a status begins where the last one ended, and the last one is what is shown."""
        events = self.server.history(wish.name)
        chains = collections.defaultdict(list)
        for event in events:
            if event.get("to"):
                chains[event.get("job_submission_id") or "run"].append(event)
        if not chains:
            yield f"has no events with a status: {events[:2]}"
        for name, chain in chains.items():
            for earlier, later in zip(chain, chain[1:]):
                if earlier["to"] != later["from"]:
                    yield f"{name} goes from {earlier['to']} to {later['to']} by way of {later['from']}"
        final = {"run": run["status"]} | {submission["id"]: submission["status"] for submission in submissions}
        for name, status in final.items():
            if not chains[name] or chains[name][-1]["to"] != status:
                yield f"{name} is {status}, and its events say {[event['to'] for event in chains[name]]}"

    def check_marks(self, wish, submissions):
        marks = collections.Counter(self.read_marks(wish))
        known = {submission["id"] for submission in submissions}
        for mark, count in marks.items():
            word, name, submission = mark.split(" ")
            if count > 1:
                yield f"{count} times: {mark}"
            if name != wish.name or submission not in known:
                yield f"a mark of nobody: {mark}"
        for submission in submissions:
            for word in ("begin", "end"):
                if submission["status"] == "done" and f"{word} {wish.name} {submission['id']}" not in marks:
                    yield f"submission {submission['id']} is done and has no {word}"

    def check_log(self, wish, job):
        submission = job["job_submissions"][-1]
        text = self.server.logs(wish.name, "--job", job["job_spec"]["job_num"])
        lines = [line for line in text.splitlines() if line.startswith("line ")]
        expected = [f"line {index + 1}" for index in range(wish.lines)]
        if submission["status"] == "done" and lines != expected:
            yield f"is done with {len(lines)} of {wish.lines} lines: {difference(lines, expected)}"
        # The last line may be cut in its middle.
        if lines[:-1] != expected[:max(0, len(lines) - 1)]:
            yield f"has a log with gaps or doubles: {difference(lines, expected)}"

    def measure(self):
        """What server and shim hold, to see whether it grows."""
        shim = self.server.pids("dstack-shim")
        self.sizes.append({
            part: (resident_kilobytes(pid), len(os.listdir(f"/proc/{pid}/fd")))
            for part, pid in (("server", self.server.process.pid), *(("shim", pid) for pid in shim[:1]))})


def difference(lines, expected):
    for index, (line, wanted) in enumerate(zip(lines, expected)):
        if line != wanted:
            return f"{line!r} stands where {wanted!r} should"
    return f"the last is {lines[-1:]}"


def resident_kilobytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def name_of(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    return ""


def children_of(pid):
    with contextlib.suppress(OSError):
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
