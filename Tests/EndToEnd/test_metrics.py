"""Metrics of jobs: sampled by the server, shown by `dstack metrics`, told to Prometheus."""

from datetime import datetime

import pytest
from dstack_harness import Server, eventually


@pytest.fixture(scope="module")
def sampling():
    """A server that looks every second."""
    with Server(DSTACK_SERVER_METRICS_INTERVAL_SECONDS="1", DSTACK_ENABLE_PROMETHEUS_METRICS="1",
                DSTACK_PROMETHEUS_AUTH_TOKEN="for-prometheus") as server:
        yield server


def series(server, name, **query):
    text = "&".join(f"{key}={value}" for key, value in query.items())
    status, answer = server.request("GET", f"/api/project/main/metrics/job/{name}?{text}")
    assert status == 200, answer
    return {metric["name"]: metric for metric in answer["metrics"]}


@pytest.fixture(scope="module")
def busy(sampling):
    """A job that keeps one processor busy and 64 MB of memory."""
    name = sampling.submit("python3 -c 'x = bytearray(64 << 20)\nwhile True: pass'")
    sampling.wait_for(name, "running")
    yield name
    sampling.cli("stop", name, "-x", "-y")
    sampling.wait_for(name)


def test_a_dev_environment_shows_for_how_long_nobody_has_been_connected(sampling):
    name, file = sampling.configuration("echo", name="left-alone")
    (sampling.work / file.name).write_text(
        '{"type": "dev-environment", "name": "left-alone", "inactivity_duration": "1h"}')
    assert sampling.cli("apply", "-f", file.name, "-y", "-d").status == 0
    sampling.wait_for(name, "running")
    shown = eventually(
        "`ps -v` shows it", lambda: [line for line in sampling.cli("ps", "-v").out.splitlines() if "(inactive for" in line])
    assert "running (inactive for " in shown[0], shown
    assert sampling.run(name)["latest_job_submission"]["inactivity_secs"] >= 1
    sampling.cli("stop", name, "-x", "-y")
    sampling.wait_for(name)


def check_one_processor(series):
    """No more than one processor was used, all in all and at any time. A runner that is held up between its look at the
    processes and the one at the clock makes its window longer, and the next one shorter by no more than that."""
    times = [datetime.fromisoformat(time) for time in series["timestamps"]]
    windows = [(later - earlier).total_seconds() for later, earlier in zip(times, times[1:])]
    used = [value / 100 * window for value, window in zip(series["values"], windows)]
    assert sum(used) <= 1.15 * sum(windows), series
    for seconds, window, before in zip(used, windows, windows[1:]):
        assert seconds <= 1.15 * (before + window), series


def test_a_busy_loop_takes_one_processor(sampling, busy):
    def loaded():
        found = series(sampling, busy, limit=100)
        values = found["cpu_usage_percent"]["values"] if found else []
        return found if len(values) > 7 and max(values) >= 60 else None

    found = eventually("eight samples show the load", loaded, timeout=60)
    check_one_processor(found["cpu_usage_percent"])
    assert found["memory_working_set_bytes"]["values"][0] > 64 << 20, found
    assert found["cpus_detected_num"]["values"][0] >= 1
    assert found["memory_total_bytes"]["values"][0] > found["memory_working_set_bytes"]["values"][0]
    times = found["cpu_usage_percent"]["timestamps"]
    assert times == sorted(times, reverse=True) and len(times) == len(found["cpu_usage_percent"]["values"])


def test_limit_and_window(sampling, busy):
    found = eventually("three samples", lambda: (
        lambda found: found if found and len(found["cpu_usage_percent"]["values"]) >= 3 else None)(
            series(sampling, busy, limit=100)))
    times = found["cpu_usage_percent"]["timestamps"]
    assert len(series(sampling, busy)["cpu_usage_percent"]["values"]) == 1
    before = times[0].replace("+", "%2B")
    older = series(sampling, busy, limit=100, before=before)
    assert older["cpu_usage_percent"]["timestamps"][0] == times[1]
    status, answer = sampling.request("GET", f"/api/project/main/metrics/job/{busy}?job_num=7")
    assert status == 400 and "Found no job with given parameters" in str(answer), answer


def test_the_cli_draws_them(sampling, busy):
    eventually("samples", lambda: series(sampling, busy, limit=2))
    ran = sampling.cli("metrics", busy)
    assert ran.status == 0 and "UTILIZATION" in ran.out and "job=0" in ran.out, ran
    assert "%" in ran.out and any(bar in ran.out for bar in "▁▂▃▄▅▆▇█"), ran
    assert sampling.cli("metrics", "nothing").status == 1
    ran = sampling.cli("metrics", busy, "--job", "5")
    assert ran.status == 1 and "has no job 5" in ran.text, ran


def test_prometheus_is_told(sampling, busy):
    eventually("samples", lambda: series(sampling, busy, limit=2))
    assert sampling.request("GET", "/metrics")[0] == 403
    status, text = sampling.request("GET", "/metrics", token="for-prometheus")
    assert status == 200, text
    lines = text.splitlines()
    cpu, = [line for line in lines
            if line.startswith("dstack_job_cpu_time_seconds_total{") and f'dstack_run_name="{busy}"' in line]
    assert 'dstack_project_name="main"' in cpu and 'dstack_run_type="task"' in cpu, cpu
    assert float(cpu.rsplit(" ", 1)[1]) > 0
    for name in ("dstack_instance_duration_seconds_total", "dstack_instance_gpu_count", "dstack_run_count_total",
                 "dstack_job_memory_working_set_bytes", "dstack_submit_to_provision_duration_seconds_bucket"):
        assert any(line.startswith(name + "{") for line in lines), name
    assert any(line.startswith("dstack_engine_unfinished_jobs ") for line in lines)


def test_a_finished_job_keeps_them(sampling):
    end = sampling.scratch / "sampled.end"
    name = sampling.submit(f"until [ -e {end} ]; do sleep 0.05; done")
    sampling.wait_for(name, "running")
    seen = eventually("a sample", lambda: series(sampling, name, limit=1).get("cpu_usage_percent"))
    end.touch()
    assert sampling.wait_for(name)["status"] == "done"
    assert seen["timestamps"][0] in series(sampling, name, limit=100)["cpu_usage_percent"]["timestamps"]


def test_without_the_variable_prometheus_is_told_nothing(server):
    assert server.request("GET", "/metrics")[0] == 404
