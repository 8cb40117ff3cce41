"""`utilization_policy`: a job that leaves its GPUs idle is ended. The GPU is a script in the place of `nvidia-smi`."""

import os
import sqlite3
import time

import pytest
from dstack_harness import Server, eventually

WINDOW = 300
POLICY = {"min_gpu_utilization": 10, "time_window": f"{WINDOW}s"}


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A server whose machine has a GPU that does nothing. It looks every second."""
    tools = tmp_path_factory.mktemp("tools")
    (tools / "nvidia-smi").write_text(
        '#!/bin/sh\ncase "$1" in *memory.total*) echo "NVIDIA T4, 15360";; *) echo "1, 0";; esac\n')
    (tools / "nvidia-smi").chmod(0o755)
    with Server(PATH=f"{tools}:{os.environ['PATH']}", DSTACK_SERVER_METRICS_INTERVAL_SECONDS="1") as server:
        yield server


def history(server, name, utilization, seconds):
    """Writes what the job's GPU would have done over the last `seconds`: nobody waits for a window of five minutes."""
    job = server.job(name)["id"]
    now = int(time.time())
    with sqlite3.connect(server.folder / "data" / "metrics.sqlite", timeout=10) as database:
        database.executemany(
            "INSERT OR IGNORE INTO points VALUES (?, ?, 0, 0, 0, ?)",
            [(job, (now - age) * 1_000_000, f'[{{"gpu_memory_usage_bytes": 0, "gpu_util_percent": {utilization}}}]')
             for age in range(1, seconds, 10)])


def sampled(server, name):
    def seen():
        status, answer = server.request("GET", f"/api/project/main/metrics/job/{name}?limit=5")
        return status == 200 and [m for m in answer["metrics"] if m["name"] == "gpu_util_percent_gpu0"]

    return eventually("the GPU is sampled", seen)


def test_an_idle_gpu_ends_the_job_and_fails_the_run(idle):
    name = idle.submit("sleep 600", utilization_policy=POLICY)
    other = idle.submit("sleep 600", utilization_policy=POLICY)
    free = idle.submit("sleep 600")
    for run in (name, other, free):
        idle.wait_for(run, "running")
        sampled(idle, run)
    history(idle, other, 50, WINDOW + 20)
    history(idle, free, 0, WINDOW + 20)
    history(idle, name, 0, WINDOW + 20)
    run = idle.wait_for(name)
    job = run["latest_job_submission"]
    assert (run["status"], run["termination_reason"]) == ("failed", "job_failed"), run
    assert (job["status"], job["termination_reason"]) == ("terminated", "terminated_due_to_utilization_policy"), job
    assert job["termination_reason_message"] == "GPU utilization stayed below 10% for 300 s", job
    assert job["error"] == "utilization policy", job
    # One that was used within the window, and one without a policy, go on.
    for run in (other, free):
        assert idle.run(run)["status"] == "running"
        idle.cli("stop", "-xy", run)


def test_a_job_that_ran_for_less_than_the_window_goes_on(idle):
    name = idle.submit("sleep 600", utilization_policy=POLICY)
    idle.wait_for(name, "running")
    history(idle, name, 0, WINDOW - 100)
    before = sampled(idle, name)[0]["timestamps"][0]
    # Each sample is judged before the next one is taken.
    eventually("it was judged", lambda: sampled(idle, name)[0]["timestamps"][1] > before)
    assert idle.run(name)["status"] == "running"
    idle.cli("stop", "-xy", name)


def test_a_window_that_is_too_long_or_too_short_is_refused(idle):
    for window, words in (("4m", "a window is at least 5m"), ("2h", "Maximum utilization_policy.time_window is 3600s")):
        _, file = idle.configuration("true", utilization_policy={**POLICY, "time_window": window})
        ran = idle.cli("apply", "-f", file.name, "-y", "-d")
        assert ran.status == 1 and words in ran.err, ran
