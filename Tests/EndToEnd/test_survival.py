"""Server, shim and runner killed mid-run: the run goes on or ends for a named reason, no log byte lost or doubled."""

import os
import pathlib
import signal

import pytest
from dstack_harness import eventually, processes_naming

# About five seconds of numbered lines; the counter file tells how often the command was started.
LINES = 500
COUNTING = "echo start >> {marker}; i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line $i; sleep 0.01; done" % LINES
EXPECTED = "".join(f"line {i}\n" for i in range(1, LINES + 1))


@pytest.fixture
def counting(server):
    """A run that prints its lines, seen up to its first hundred."""
    marker = server.scratch / "starts"
    name = server.submit(COUNTING.format(marker=marker))
    server.wait_for(name, "running")
    eventually("a hundred lines are there", lambda: server.logs(name).count("\n") >= 100)
    return name, marker


def assert_whole(server, name, marker):
    run = server.wait_for(name, timeout=40)
    assert run["status"] == "done", run
    assert server.logs(name) == EXPECTED
    assert pathlib.Path(marker).read_text() == "start\n"


def test_server_killed_mid_run_and_back(server, counting):
    server.kill()
    server.start()
    assert_whole(server, *counting)


def test_server_killed_again_and_again(server, counting):
    for _ in range(3):
        server.kill()
        server.start()
    assert_whole(server, *counting)


def test_server_stopped_mid_run_and_back(server, counting):
    assert server.stop() == 0
    assert server.pids("dstack-shim") and server.pids("dstack-runner"), "the job must go on without the server"
    server.start()
    assert_whole(server, *counting)


def test_run_that_ends_while_the_server_is_away(server, counting):
    name, marker = counting
    server.kill()
    eventually("the command ended", lambda: not any(
        b"echo line" in command_line(pid) for pid in children(server)), timeout=30)
    server.start()
    assert_whole(server, name, marker)


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # It ended since it was listed.


def children(server):
    """The processes below this server's runners."""
    return processes_naming("DSTACK_RUN_NAME=", str(server.scratch))


def test_shim_killed_mid_run_and_back(server, counting):
    [shim] = server.pids("dstack-shim")
    os.kill(shim, signal.SIGKILL)
    assert_whole(server, *counting)
    later = server.submit("echo later")
    assert server.wait_for(later, timeout=40)["status"] == "done"
    assert shim not in server.pids("dstack-shim")


def test_server_and_shim_killed_together(server, counting):
    [shim] = server.pids("dstack-shim")
    server.kill()
    os.kill(shim, signal.SIGKILL)
    server.start()
    assert_whole(server, *counting)


def test_runner_killed_mid_run_ends_the_run_for_a_reason(server, counting):
    name, _ = counting
    [runner] = server.pids("dstack-runner")
    os.kill(runner, signal.SIGKILL)
    run = server.wait_for(name, timeout=40)
    assert run["status"] == "failed", run
    assert run["latest_job_submission"]["termination_reason"] is not None
    assert EXPECTED.startswith(server.logs(name).rpartition("\n")[0])
    eventually("its command is gone", lambda: not children(server))


def test_log_bytes_are_equal(server):
    data = bytes(range(256)) * 2048 + os.urandom(1 << 19)
    (server.work / "blob").write_bytes(data)
    name = server.submit(["stty raw -echo", "cat blob"], files=["blob"])
    assert server.wait_for(name)["status"] == "done"
    process = server.spawn("logs", name)
    assert process.communicate(timeout=60)[0] == data
