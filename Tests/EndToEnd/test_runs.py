"""Runs from submit to their end, by our CLI, on real processes."""

import json
import os
import re
import sys
import threading
import uuid

import pytest
from attached import Attached
from dstack_harness import Server, eventually


def test_success(shared):
    name, file = shared.configuration(["echo one", "echo two"])
    ran = shared.cli("apply", "-f", file.name, "-y")
    assert ran.status == 0, ran
    assert re.search(r"^one\r?$", ran.out, re.M) and re.search(r"^two\r?$", ran.out, re.M), ran
    assert "running" in ran.text and "done" in ran.text, ran
    run = shared.run(name)
    assert run["status"] == "done"
    assert run["latest_job_submission"]["exit_status"] == 0
    assert run["termination_reason"] == "all_jobs_done"
    assert shared.logs(name) == "one\ntwo\n"


def test_failing_command(shared):
    name, file = shared.configuration(["echo before", "sh -c 'exit 3'", "echo after"])
    ran = shared.cli("apply", "-f", file.name, "-y")
    assert ran.status == 1, ran
    run = shared.run(name)
    assert run["status"] == "failed"
    assert run["latest_job_submission"]["exit_status"] == 3
    assert run["latest_job_submission"]["termination_reason"] == "container_exited_with_error"
    assert shared.logs(name) == "before\n"


def test_a_command_ended_by_a_signal(shared):
    name = shared.submit("kill -KILL $BASHPID")
    job = shared.wait_for(name, "failed")["latest_job_submission"]
    assert job["termination_reason"] == "container_exited_with_error"
    assert job["exit_status"] == 137


def test_the_events_explain_every_step(shared):
    name = shared.submit("true")
    shared.wait_for(name)
    events = shared.history(name)
    jobs = [(e["from"], e["to"]) for e in events if e["kind"] == "job" and e["to"]]
    steps = [to for _, to in jobs]
    assert [s for s in steps if s in ("submitted", "provisioning", "running", "terminating", "done")] == [
        "submitted", "provisioning", "running", "terminating", "done"], events
    for (_, to), (start, _) in zip(jobs, jobs[1:]):
        assert start == to, f"a gap between {to} and {start}: {events}"
    runs = [e["to"] for e in events if e["kind"] == "run" and e["to"]]
    assert runs[0] == "submitted" and runs[-1] == "done", events
    numbers = [e["seq"] for e in events]
    assert numbers == sorted(set(numbers)), numbers


def test_environment_shell_and_working_directory(shared):
    shared.environment["CALLER"] = "from-outside"
    try:
        name = shared.submit(
            ["echo $GREETING $CALLER $DSTACK_RUN_NAME", "pwd", "[[ a == a ]] && echo bash"],
            env=["GREETING=hello", "CALLER"], shell="/bin/bash", working_dir="/tmp")
    finally:
        del shared.environment["CALLER"]
    assert shared.wait_for(name)["status"] == "done"
    assert shared.logs(name).splitlines() == [f"hello from-outside {name}", "/tmp", "bash"]


def test_commands_run_under_a_terminal(shared):
    name = shared.submit("test -t 0 && test -t 1 && test -t 2 && echo terminal")
    shared.wait_for(name)
    assert shared.logs(name) == "terminal\n"


def test_files_reach_the_task(shared):
    (shared.work / "folder" / "inner").mkdir(parents=True, exist_ok=True)
    (shared.work / "folder" / "inner" / "data.txt").write_text("inside\n")
    (shared.work / "script.sh").write_text("#!/bin/sh\necho from the script\n")
    (shared.work / "script.sh").chmod(0o755)
    name = shared.submit(["cat folder/inner/data.txt", "./script.sh"], files=["folder", "script.sh"])
    assert shared.wait_for(name)["status"] == "done"
    assert shared.logs(name) == "inside\nfrom the script\n"


def test_one_folder_reaches_two_places(shared):
    folder = shared.work / "twice"
    folder.mkdir()
    (folder / "data.txt").write_text("sent once\n")
    name = shared.submit("cat one/data.txt two/data.txt", files=["twice:one", "twice:two"])
    assert shared.wait_for(name)["status"] == "done"
    assert shared.logs(name) == "sent once\nsent once\n"


def test_a_run_beyond_the_slots_waits_and_an_event_says_for_what():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        first = server.submit("sleep 300")
        server.wait_for(first, "running")
        second = server.submit("true")
        said = "Waiting for the slot of local-0, which is taken"
        eventually("the wait is told", lambda: said in server.cli("event", "--within-run", second).out)
        assert server.run(second)["status"] == "submitted"
        assert server.cli("stop", "-x", first, "-y").status == 0
        assert server.wait_for(second)["status"] == "done"
        assert server.cli("event", "--within-run", second).out.count(said) == 1


def test_v_shows_more_columns_and_alone_the_version(shared):
    name = shared.submit("exit 3")
    shared.wait_for(name)
    for flags in (["ps", "-a", "-v"], ["ps", "-av"]):
        assert "ERROR" in shared.cli(*flags).out
    assert shared.cli("logs", name, "-v").status == 2
    assert shared.cli("-v").out == shared.cli("--version").out == "0.22.5\n"


def test_stop_lets_the_command_end_itself(shared):
    name = shared.submit("trap 'echo ending; exit 0' INT TERM HUP; echo ready; while :; do sleep 0.1; done")
    shared.wait_for(name, "running")
    eventually("the command is ready", lambda: "ready" in shared.logs(name))
    ran = shared.cli("stop", name, "-y")
    assert ran.status == 0, ran
    run = shared.wait_for(name)
    assert run["status"] == "terminated"
    assert run["latest_job_submission"]["termination_reason"] == "terminated_by_user"
    assert shared.logs(name) == "ready\nending\n"


def test_stop_forces_a_command_that_ignores_it(shared):
    name = shared.submit("trap '' INT TERM HUP; echo $BASHPID; while :; do sleep 0.1; done", stop_duration="2s")
    shared.wait_for(name, "running")
    pid = int(eventually("the command is ready", lambda: shared.logs(name).strip()))
    assert shared.cli("stop", name, "-y").status == 0
    run = shared.wait_for(name, timeout=15)
    assert run["latest_job_submission"]["termination_reason"] == "terminated_by_user"
    eventually("its process is gone", lambda: not alive(pid))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_children_that_forked_away_end_with_the_run(shared):
    name = shared.submit("(setsid sleep 987 >/dev/null 2>&1 < /dev/null & echo $!); sleep 300")
    shared.wait_for(name, "running")
    pid = int(eventually("the child runs", lambda: shared.logs(name).strip()))
    assert shared.cli("stop", "-x", name, "-y").status == 0
    shared.wait_for(name)
    eventually("the child is gone", lambda: not alive(pid))


def test_a_configuration_comes_through_a_pipe(shared):
    name, file = shared.configuration("echo piped")
    pipe = shared.work / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(file.read_text()))
    writer.start()
    ran = shared.cli("apply", "-f", pipe, "-y", "-d")
    writer.join()
    assert ran.status == 0, ran
    assert shared.wait_for(name)["status"] == "done"
    ran = shared.cli("apply", "-f", shared.work, "-y", "-d")
    assert ran.status == 1 and "cannot be read: Is a directory" in ran.text, ran


def test_retry_to_success(shared):
    marker = shared.scratch / "retry-marker"
    name = shared.submit(f"test -e {marker} && echo again || {{ touch {marker}; echo first; exit 1; }}",
                         retry={"on_events": ["error"], "duration": "1h"})
    run = shared.wait_for(name, timeout=60)
    assert run["status"] == "done", run
    assert run["latest_job_submission"]["submission_num"] == 1
    assert shared.logs(name) == "again\n"
    reasons = [e["reason"] for e in shared.history(name) if e["kind"] == "job"]
    assert "container_exited_with_error" in reasons


def test_max_duration(shared):
    name = shared.submit("echo started; sleep 300", max_duration="2s")
    run = shared.wait_for(name)
    job = run["latest_job_submission"]
    assert (run["status"], job["status"]) == ("failed", "terminated"), run
    assert job["termination_reason"] == "max_duration_exceeded"
    assert shared.logs(name) == "started\n"


def test_several_runs_side_by_side(shared):
    names = [shared.submit("echo $DSTACK_RUN_NAME; sleep 1; echo $DSTACK_RUN_NAME") for _ in range(4)]
    for name in names:
        assert shared.wait_for(name)["status"] == "done"
        assert shared.logs(name) == f"{name}\n{name}\n"


def test_ps_watch_shows_a_run_as_it_changes(shared):
    end = shared.scratch / "watched.end"
    with Attached(shared, "ps", "-w") as watch:
        name = shared.submit(f"until [ -e {end} ]; do sleep 0.05; done")
        for status in ("running", "exited (0)"):
            eventually(f"it is shown as {status}", lambda: any(
                name in line and status in line for line in watch.said.splitlines()))
            end.touch()  # It goes on until it has been seen to run.
        assert watch.process.poll() is None, "ps -w stays alive"
        assert watch.interrupt() == 0


def test_ps_json_fleet_list_and_event_list(shared):
    name = shared.submit("true")
    shared.wait_for(name)
    runs = json.loads(shared.cli("ps", "-a", "--json").out)["runs"]
    assert name in [run["run_spec"]["run_name"] for run in runs]
    assert "local" in shared.cli("fleet", "list").out
    assert name in shared.cli("event", "list").out


def test_logs_follow_a_run_to_its_end(shared):
    name, file = shared.configuration("for i in 1 2 3 4 5; do echo $i; sleep 0.2; done")
    ran = shared.cli("apply", "-f", file.name, "-y")
    assert ran.status == 0, ran
    found = re.findall(r"^([1-5])\r?$", ran.out, re.M)
    assert found == ["1", "2", "3", "4", "5"], ran


def test_logs_of_the_runner_and_from_a_moment_on_are_followed(shared):
    go = shared.scratch / f"go-{uuid.uuid4()}"
    name = shared.submit(f"echo early; sleep 6; echo late; while [ ! -e {go} ]; do sleep 0.05; done; echo last")
    eventually("the second line is logged", lambda: "late" in shared.logs(name))
    follow = shared.spawn("logs", "-f", "--since", "5s", name)
    diagnose = shared.spawn("logs", "-f", "-d", name)
    go.touch()
    said = follow.stdout.read().decode().splitlines()
    assert said[-1] == "last" and "early" not in said, said
    assert "job done" in diagnose.stdout.read().decode()
    assert (follow.wait(), diagnose.wait()) == (0, 0)


def test_a_finished_name_can_be_used_again(shared):
    name = shared.submit("echo old", name="again")
    shared.wait_for(name)
    shared.submit("echo new", name="again")
    shared.wait_for(name)
    assert shared.logs(name) == "new\n"


@pytest.mark.parametrize("flag", ["-y", "-x"])
def test_stop_of_a_finished_run_changes_nothing(shared, flag):
    name = shared.submit("true")
    shared.wait_for(name)
    shared.cli("stop", name, "-y", *([flag] if flag == "-x" else []))
    assert shared.run(name)["status"] == "done"


def test_delete_forgets_the_name_of_a_finished_run(shared):
    name, file = shared.configuration("true")
    assert shared.cli("apply", "-f", file.name, "-y").status == 0
    ran = shared.cli("delete", "-f", file.name, "-y")
    assert ran.status == 0, ran
    # As with dstack, lists still hold it; by its name it is gone.
    assert shared.request("POST", "/api/project/main/runs/get", {"run_name": name})[0] == 400
    assert shared.cli("logs", name).status == 1


def test_the_slots_of_this_machine_are_a_limit_and_a_retry_waits_for_one():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        first = server.submit("sleep 300")
        server.wait_for(first, "running")
        second = server.submit("echo my turn", retry={"on_events": ["no-capacity"], "duration": "1h"})
        waiting = eventually("the second waits", lambda: server.run(second)["status"] in ("submitted", "pending"))
        assert waiting
        assert server.cli("stop", "-x", first, "-y").status == 0
        assert server.wait_for(second, timeout=60)["status"] == "done"
        assert server.logs(second) == "my turn\n"


def test_a_version_of_python_has_an_environment_of_the_jobs_own(shared):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = shared.submit(
        ["python -c 'import sys; print(sys.version_info[:2], sys.prefix != sys.base_prefix)'"], python=version)
    assert shared.wait_for(name, timeout=60)["status"] == "done", shared.logs(name)
    assert f"({sys.version_info.major}, {sys.version_info.minor}) True" in shared.logs(name)


def test_a_version_of_python_that_is_not_here_is_named(shared):
    name = shared.submit(["python --version"], python="3.15")
    shared.wait_for(name, "failed")
    assert "no Python 3.15 here" in shared.logs(name)
    assert shared.job(name)["exit_status"] == 127
