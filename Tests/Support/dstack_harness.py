"""What the python suites share: a server of ours in a temporary home, its CLI, and waiting for facts."""

import contextlib
import fcntl
import http.client
import itertools
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Where the programs under test are: bin/, or a build folder while developing.
BIN = pathlib.Path(os.environ.get("DSTACK_BIN", ROOT / "bin"))
OFFICIAL_CLI = pathlib.Path(sys.executable).parent / "dstack"
FINAL = ("done", "failed", "terminated", "aborted")
# How many ports a worker has to itself, and which is next: none that the kernel gives away or that a test names. Where a
# worker begins differs from process to process, as other suites may run beside this one.
PORTS = 500
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 14
NEXT_PORT = itertools.count(os.getpid())


def eventually(what, question, timeout=30.0, every=0.05):
    """Asks until the answer is true and returns it; fails with the last answer after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}; last answer: {answer!r}")
        time.sleep(every)


def free_port():
    """A port that nobody listens on, and that nobody else is given soon."""
    for number in itertools.islice(NEXT_PORT, PORTS):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("", port := 22000 + WORKER * PORTS + number % PORTS))
            return port
    raise AssertionError("no port is free")


def files_below(folder):
    """Path and content of each file; those of a server that lives come and go meanwhile."""
    assert os.path.isdir(folder), folder
    for place, _, names in os.walk(folder):
        for name in names:
            path = pathlib.Path(place, name)
            if path.is_file() and not path.is_symlink():
                with contextlib.suppress(FileNotFoundError):
                    yield path, path.read_bytes()


def processes_naming(*texts):
    """The ids of the processes whose command line and environment hold the texts, but for this one."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            held = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if all(text.encode() in held for text in texts):
                found.append(int(entry.name))
    return found


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def text(self):
        return self.out + self.err

    def __repr__(self):
        return f"exit status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


class Server:
    """A server of ours with its own home, folder and loopback port. `with Server() as server:` cleans all up."""

    program = BIN / "dstack"
    # How many seconds it may take to answer.
    patience = 20

    def __init__(self, token="test-token", uid=None, **environment):
        """`uid` is the user that the server runs as, where it is not the caller; its folders are that user's."""
        self.uid = uid
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-test-"))
        self.home = self.scratch / "home"
        self.folder = self.scratch / "server"
        self.work = self.scratch / "work"
        for folder in (self.home, self.work):
            folder.mkdir()
        if uid is not None:
            for folder in (self.scratch, self.home, self.work):
                os.chown(folder, uid, uid)
        self.token = token
        self.port = free_port()
        self.process = None
        self.runs = 0
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TERM": "dumb", "COLUMNS": "160",
            "DSTACK_SERVER_DIR": str(self.folder), "DOCKER_HOST": "none", **environment,
        }

    # Life of the server.

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, *flags, wait=True):
        self.log = self.scratch / "server.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "server", "--host", "127.0.0.1", "--port", str(self.port), "--token", self.token,
                 "-y", *flags],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.uid,
                group=self.uid, extra_groups=None if self.uid is None else [])
        if wait:
            self.wait_until_ready()
        return self.process

    def wait_until_ready(self):
        def healthy():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.said()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.request("GET", "/healthcheck")[0] == 200
            return False

        eventually("the server answers /healthcheck", healthy, timeout=self.patience)
        if pathlib.Path(self.environment["DOCKER_HOST"].removeprefix("unix://")).is_socket():
            eventually("its shim has found the Docker Engine",
                       lambda: "local (docker)" in json.dumps(self.api("project/main/fleets/list")))

    def said(self):
        """What the server printed so far."""
        return self.log.read_text(errors="replace")

    def stop(self):
        """SIGTERM and its exit status."""
        self.process.terminate()
        return self.process.wait(20)

    def kill(self):
        """SIGKILL: the server gets no chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        for sent in (signal.SIGTERM, signal.SIGKILL):
            for pid in processes_naming(str(self.scratch)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
            with contextlib.suppress(AssertionError):
                eventually("all processes ended", lambda: not processes_naming(str(self.scratch)), timeout=5)
        shutil.rmtree(self.scratch, ignore_errors=True)

    # Talking to it.

    def request(self, method, path, body=None, token=None):
        """Status and decoded answer of one HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body),
                {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            payload = answer.read()
        finally:
            connection.close()
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(payload)
        return answer.status, payload.decode(errors="replace")

    def api(self, path, body=None):
        status, answer = self.request("POST", f"/api/{path}", body or {})
        assert status == 200, (path, status, answer)
        return answer

    def cli(self, *arguments, program=None, stdin="", timeout=60, cwd=None, **environment):
        """Runs our `dstack` (or `program`) as this server's user."""
        return Ran(subprocess.run(
            [program or BIN / "dstack", *map(str, arguments)], env={**self.environment, **environment},
            cwd=cwd or self.work, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout))

    def spawn(self, *arguments, program=None, cwd=None, stdout=subprocess.PIPE):
        """Starts our `dstack` and returns the process, its output piped and merged."""
        return subprocess.Popen(
            [program or BIN / "dstack", *map(str, arguments)], env=self.environment, cwd=cwd or self.work,
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT)

    def ssh(self, *arguments, stdin="", timeout=30):
        """`ssh` with the settings that `dstack` wrote."""
        config = self.home / ".dstack" / "ssh" / "config"
        return Ran(subprocess.run(
            ["ssh", "-F", config, "-o", "LogLevel=ERROR", *map(str, arguments)], env=self.environment, cwd=self.work,
            input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout))

    # Runs.

    def configuration(self, commands=None, name=None, **properties):
        """Writes a task's configuration and returns (run name, file)."""
        self.runs += 1
        name = name or f"run-{self.runs}"
        value = {"type": "task", "name": name, **properties}
        if commands is not None:
            value["commands"] = [commands] if isinstance(commands, str) else commands
        file = self.work / f"{name}.dstack.yml"
        file.write_text(json.dumps(value))  # JSON is YAML.
        return name, file

    def submit(self, commands, program=None, **properties):
        """`dstack apply -y -d`; returns the run's name."""
        name, file = self.configuration(commands, **properties)
        ran = self.cli("apply", "-f", file.name, "-y", "-d", program=program)
        assert ran.status == 0, ran
        return name

    def run(self, name):
        """The run as the API gives it."""
        return self.api("project/main/runs/get", {"run_name": name})

    def job(self, name):
        """The latest submission of the run's only job."""
        return self.run(name)["latest_job_submission"]

    def wait_for(self, name, *statuses, timeout=30):
        """Waits until the run has one of the statuses (by default: any final one); returns the run."""
        statuses = statuses or FINAL

        def reached():
            run = self.run(name)
            if run["status"] in statuses:
                return run
            assert run["status"] not in FINAL, f"{name} ended {run['status']}: {json.dumps(run, indent=1)}"
            return None

        return eventually(f"{name} is {' or '.join(statuses)}", reached, timeout)

    def logs(self, name, *flags, program=None):
        ran = self.cli("logs", name, *flags, program=program)
        assert ran.status == 0, ran
        return ran.out.replace("\r\n", "\n")

    def history(self, name):
        """The run's events by our stream, from the first on: a list of the `data` objects, if the run is final."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"/api/project/main/runs/{name}/events?since=0", None,
                           {"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        text = answer.read().decode()
        connection.close()
        return [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:")]

    # Its processes.

    def pids(self, program):
        """The processes of one program of bin/ that belong to this server."""
        found = []
        for pid in processes_naming(str(self.scratch)):
            with contextlib.suppress(OSError):
                if os.path.basename(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")) == program:
                    found.append(pid)
        return found

    def on_terminal(self, *arguments, columns=100, typed=(), timeout=60, cwd=None, program=None):
        """Runs our `dstack` (or `program`) on a terminal; returns (exit status, all that appeared, control sequences included).

        `typed` is a list of (what to wait for, what to type then).
        """
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
            os.chdir(cwd or self.work)
            environment = {name: value for name, value in self.environment.items() if name != "COLUMNS"}
            os.execve(
                program or BIN / "dstack", ["dstack", *map(str, arguments)], {**environment, "TERM": "xterm-256color"})
        said, waiting, seen = b"", list(typed), 0
        deadline = time.monotonic() + timeout
        try:
            while True:
                ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
                if not ready:
                    os.kill(pid, signal.SIGKILL)
                    raise AssertionError(f"not within {timeout} s; on the terminal so far: {said!r}")
                try:
                    piece = os.read(terminal, 65536)
                except OSError:  # How Linux tells that the other side of a terminal is closed.
                    break
                if not piece:
                    break
                said += piece
                if waiting and waiting[0][0].encode() in said[seen:]:
                    seen = len(said)
                    os.write(terminal, waiting.pop(0)[1].encode())
        finally:
            os.close(terminal)
            _, status = os.waitpid(pid, 0)
        assert not waiting, f"never appeared: {waiting[0][0]!r}; on the terminal: {said!r}"
        return os.waitstatus_to_exitcode(status), said.decode(errors="replace")


class OfficialServer(Server):
    """The official server, unmodified, and its CLI."""

    program = OFFICIAL_CLI
    patience = 300
