"""Abort in every state: it works at once, twice too, and leaves nothing running."""

import os
import signal

from dstack_harness import Server, eventually, processes_naming


def abort(server, name):
    ran = server.cli("stop", "-x", name, "-y")
    assert ran.status == 0, ran


def assert_aborted(server, name, timeout=10):
    run = server.wait_for(name, "terminated", timeout=timeout)
    assert run["termination_reason"] == "aborted_by_user", run
    job = run["latest_job_submission"]
    if job is not None and job["status"] != "failed":
        assert (job["status"], job["termination_reason"]) == ("aborted", "aborted_by_user"), run
    eventually("no process of the job is left",
               lambda: not processes_naming(f"DSTACK_RUN_NAME={name}\0", str(server.scratch)))


def test_abort_while_submitted():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        first = server.submit("sleep 300")
        server.wait_for(first, "running")
        second = server.submit("echo never", retry={"on_events": ["no-capacity"], "duration": "1h"})
        abort(server, second)
        assert_aborted(server, second)
        assert server.run(first)["status"] == "running"


def test_abort_while_provisioning_with_a_shim_that_hangs(server):
    warm = server.submit("true")
    server.wait_for(warm)
    [shim] = server.pids("dstack-shim")
    os.kill(shim, signal.SIGSTOP)
    try:
        name = server.submit("echo never; sleep 300")
        server.wait_for(name, "provisioning", "submitted")
        abort(server, name)
        # Whether the server waits for the shim to answer or not, it answers us.
        assert server.cli("ps").status == 0
    finally:
        os.kill(shim, signal.SIGCONT)
    assert_aborted(server, name, timeout=20)


def test_abort_while_running(server):
    name = server.submit("trap '' INT TERM HUP; echo up; while :; do sleep 0.1; done")
    server.wait_for(name, "running")
    abort(server, name)
    assert_aborted(server, name)


def test_abort_while_terminating(server):
    name = server.submit("trap '' INT TERM HUP; echo up; while :; do sleep 0.1; done", stop_duration="5m")
    server.wait_for(name, "running")
    eventually("the trap is set", lambda: "up" in server.logs(name))
    assert server.cli("stop", name, "-y").status == 0
    assert eventually("it terminates", lambda: server.run(name)["status"] == "terminating")
    abort(server, name)
    run = server.wait_for(name, "terminated", timeout=10)
    assert run["latest_job_submission"]["status"] in ("aborted", "terminated"), run


def test_abort_between_two_attempts(server):
    name = server.submit("exit 1", retry={"on_events": ["error"], "duration": "1h"})
    server.wait_for(name, "pending")
    abort(server, name)
    run = server.wait_for(name, "terminated", timeout=10)
    assert run["termination_reason"] == "aborted_by_user", run


def test_abort_twice(server):
    name = server.submit("sleep 300")
    server.wait_for(name, "running")
    abort(server, name)
    server.cli("stop", "-x", name, "-y")
    assert_aborted(server, name)
    finals = [e for e in server.history(name) if e["kind"] == "run" and e["to"] == "terminated"]
    assert len(finals) == 1, finals


def test_abort_with_a_runner_that_hangs(server):
    name = server.submit("sleep 300")
    server.wait_for(name, "running")
    for runner in server.pids("dstack-runner"):
        os.kill(runner, signal.SIGSTOP)
    abort(server, name)
    assert_aborted(server, name)
