"""The server's disk is full: nothing is lost, what runs can be ended, what grows is refused, and it goes on with room."""

import contextlib
import errno
import re
import shutil
import subprocess
import threading

import pytest
from dstack_harness import OFFICIAL_CLI, Server, eventually

FULL = "the disk of the server is full"
SAID = "until there is room, new runs and uploads are refused"
ROOM = "the disk of the server has room again"


class Filler:
    """Takes every free byte of a folder's file system, and up to 30 MB/s of those that become free later."""

    def __init__(self, folder):
        self.file = folder / "filler"
        self.ended = threading.Event()
        self.was_full = threading.Event()
        self.thread = threading.Thread(target=self.fill, daemon=True)

    def __enter__(self):
        self.ended.clear()
        self.was_full.clear()
        self.thread = threading.Thread(target=self.fill, daemon=True)
        self.thread.start()
        assert self.was_full.wait(30)
        return self

    def fill(self):
        with open(self.file, "ab", buffering=0) as file:
            while not self.ended.is_set():
                try:
                    for _ in range(16):
                        file.write(b"\0" * 4096)
                except OSError as error:
                    assert error.errno == errno.ENOSPC
                    self.was_full.set()
                if self.was_full.is_set():
                    self.ended.wait(0.002)

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.file.unlink()


@contextlib.contextmanager
def on_small_disk(size="32m"):
    """A server that is not started yet, with its directory on a file system of that size."""
    server = Server()
    server.folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", server.folder], check=True)
    try:
        yield server
    finally:
        server.close()
        subprocess.run(["umount", "-l", server.folder], check=False)
        shutil.rmtree(server.scratch, ignore_errors=True)


@pytest.fixture
def small():
    with on_small_disk() as server:
        server.start()
        yield server


def until(file, command="sleep 0.02"):
    return f"i=0; while [ ! -e {file} ]; do i=$((i+1)); {command}; done"


def refused(ran):
    return ran.status != 0 and re.search(rf"{FULL}: '\S+' has \d.* free, and .* needs \d", ran.text)


def test_a_full_disk(small):
    quiet_end, loud_end = small.scratch / "quiet", small.scratch / "loud"
    quiet = small.submit(until(quiet_end))
    # What it prints at its end is more than anything that ends on the full disk can make room for.
    burst = "all=$((i + 300000)); seq -f 'line %.0f' $((i + 1)) $all; echo last $all"
    loud = small.submit(until(loud_end, "echo line $i; sleep 0.005") + "; " + burst)
    ends = [small.submit("sleep 300") for _ in range(4)]
    for name in (quiet, loud, *ends):
        small.wait_for(name, "running")
    eventually("it prints", lambda: "line 20\n" in small.logs(loud))

    with Filler(small.folder):
        eventually("the server says so", lambda: SAID in small.said())
        # What grows is refused, in words that dstack's client shows too.
        _, file = small.configuration("true", name="late")
        assert refused(small.cli("apply", "-f", file.name, "-y", "-d"))
        assert refused(small.cli("apply", "-f", file.name, "-y", "-d", program=OFFICIAL_CLI))
        assert refused(small.cli("secret", "set", "name", "-", stdin="value"))
        (small.work / "data").write_text("x")
        _, file = small.configuration("true", name="later", files=["data"])
        assert refused(small.cli("apply", "-f", file.name, "-y", "-d"))
        assert "late" not in small.cli("ps", "-a").out
        # What is there can be seen and ended.
        assert "line 1\n" in small.logs(loud)
        for index, name in enumerate(ends[:2]):
            assert small.cli("stop", name, "-y", *["--abort"] * index).status == 0
        for name in ends[:2]:
            small.wait_for(name, "terminated")
        quiet_end.touch()
        small.wait_for(quiet, "done")
        # What has ended, but for its log, waits for the log.
        loud_end.touch()

        # A server that is killed comes back on the full disk, and is the same.
        small.kill()
        small.start()
        assert small.run(quiet)["status"] == "done"
        assert small.run(loud)["status"] == "running"
        for index, name in enumerate(ends[2:]):
            assert small.cli("stop", name, "-y", *["--abort"] * index).status == 0
        for name in ends[2:]:
            small.wait_for(name, "terminated")
        _, file = small.configuration("true", name="late")
        assert refused(small.cli("apply", "-f", file.name, "-y", "-d"))

    # With room everything goes on by itself, and no line is missing.
    small.wait_for(loud, "done")
    *lines, last = small.logs(loud).splitlines()
    assert lines == [f"line {i + 1}" for i in range(len(lines))] and last == f"last {len(lines)}"
    eventually("the server says so", lambda: ROOM in small.said())
    assert (small.folder / "data/reserve").stat().st_size == 8 << 20
    assert small.wait_for(small.submit("echo room", name="late"))["status"] == "done"
    # Once in each life of the server.
    assert small.said().count(SAID) == 2 and small.said().count(ROOM) == 1, small.said()
    assert small.said().count("\n") < 40, small.said()


def test_a_server_that_stops_and_starts_on_a_full_disk(small):
    name = small.submit("sleep 300")
    small.wait_for(name, "running")
    with Filler(small.folder):
        assert small.stop() == 0
        small.start()
        assert refused(small.cli("secret", "set", "name", "-", stdin="value"))
        assert small.cli("stop", name, "-y").status == 0
        small.wait_for(name, "terminated")


def test_a_first_start_on_a_full_disk_is_refused_and_leaves_nothing_half_made():
    with on_small_disk("1m") as server:
        with Filler(server.folder):
            assert server.start(wait=False).wait(20) == 1
            assert FULL in server.said() or "No space left" in server.said(), server.said()
        subprocess.run(["mount", "-o", "remount,size=32m", server.folder], check=True)
        server.start()
        assert server.wait_for(server.submit("echo here"))["status"] == "done"
