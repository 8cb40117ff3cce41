"""Runs with a schedule: they wait for their moment, are started by it, wait again, and end when their user says so."""

import time

import pytest
from dstack_harness import Server, eventually

EVERY_MINUTE = {"cron": "* * * * *"}
NEW_YEAR = {"cron": "0 0 1 1 *"}


@pytest.fixture(scope="module")
def missed():
    """A server that is down when a run's moment comes."""
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def minute(shared, missed):
    """All runs that wait for one minute, submitted well before it, and the state in which it found and left them."""
    if time.time() % 60 > 50:  # Not in the last moment of a minute.
        eventually("a new minute", lambda: time.time() % 60 < 50, timeout=15)
    begin = time.time()
    names = {
        "good": shared.submit("echo started $DSTACK_RUN_NAME", schedule=EVERY_MINUTE),
        "bad": shared.submit("exit 3", schedule=EVERY_MINUTE),
        "long": shared.submit("sleep 600", schedule=EVERY_MINUTE),
        "nodes": shared.submit("echo node $DSTACK_NODE_RANK of $DSTACK_NODES_NUM", schedule=EVERY_MINUTE, nodes=2),
        "missed": missed.submit("echo late", schedule=EVERY_MINUTE),
    }
    before = {key: shared.run(name) for key, name in names.items() if key != "missed"}
    attached = shared.spawn("apply", "-y", "-f", shared.configuration(
        "echo seen", name="attached", schedule=EVERY_MINUTE)[1].name)
    missed.kill()
    yield names, before, begin, attached
    attached.kill()
    attached.wait()


def rounds(server, name, count=1):
    """Waits until the run waits again after so many rounds."""
    def over():
        run = server.run(name)
        assert run["status"] not in ("done", "failed", "terminated"), run
        jobs = run["jobs"]
        return run if run["status"] == "pending" and jobs and len(jobs[0]["job_submissions"]) >= count else None

    return eventually(f"{name} has had its round", over, timeout=75)


def test_it_waits_without_jobs_and_says_until_when(shared, minute):
    names, before, begin, _ = minute
    for run in before.values():
        assert (run["status"], run["status_message"], run["jobs"]) == ("pending", "pending", []), run
        assert run["next_triggered_at"].startswith(time.strftime("%Y-%m-%dT%H:%M:00", time.gmtime(begin + 60))), run


# What takes no waiting is tested while the minute passes.

@pytest.mark.parametrize("flag, reason", [("-y", "stopped_by_user"), ("-xy", "aborted_by_user")])
def test_one_that_waits_is_stopped_at_once(shared, flag, reason):
    name = shared.submit("true", schedule=NEW_YEAR)
    assert shared.run(name)["next_triggered_at"].endswith("-01-01T00:00:00Z")
    assert shared.cli("stop", flag, name).status == 0
    run = shared.wait_for(name, timeout=5)
    assert (run["status"], run["termination_reason"], run["jobs"]) == ("terminated", reason, []), run
    assert "has no logs" not in shared.cli("logs", name).out


def test_one_that_waits_is_updated_in_place_over_a_crash(server):
    name = server.submit("true", schedule=NEW_YEAR)
    ran = server.cli("logs", name)
    assert ran.status == 1 and "has no logs yet: its schedule starts it at" in ran.err, ran
    _, file = server.configuration("true", name=name, schedule=NEW_YEAR, priority=4)
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0 and "  - priority: 0 → 4" in ran.out and "Next run: " in ran.out, ran
    server.kill()
    server.start()
    run = server.run(name)
    assert (run["status"], run["deployment_num"], run["run_spec"]["configuration"]["priority"]) == ("pending", 1, 4)
    assert run["next_triggered_at"].endswith("-01-01T00:00:00Z"), run


def test_one_that_waits_is_stopped_and_overridden(shared):
    name = shared.submit("true", schedule=NEW_YEAR)
    first = shared.run(name)["id"]
    _, file = shared.configuration("true", name=name, schedule={"cron": ["0 0 1 2 *", "0 8 1 2 *"]})
    ran = shared.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0 and "cannot be made in place" in ran.out, ran
    assert "  - schedule.cron: [0 0 1 1 *] → [0 0 1 2 *, 0 8 1 2 *]" in ran.out, ran
    run = shared.run(name)
    assert run["id"] != first and run["status"] == "pending", run
    assert run["next_triggered_at"].endswith("-02-01T00:00:00Z"), run
    # The same again does nothing, unless it is forced.
    ran = shared.cli("apply", "-f", file.name, "-y", "-d")
    assert "Use --force to apply anyway." in ran.out and shared.run(name)["id"] == run["id"], ran
    ran = shared.cli("apply", "-f", file.name, "-y", "-d", "--force")
    assert ran.status == 0 and shared.run(name)["id"] != run["id"], ran
    # And without a schedule it runs at once.
    _, file = shared.configuration("true", name=name)
    assert shared.cli("apply", "-f", file.name, "-y", "-d").status == 0
    assert shared.wait_for(name)["status"] == "done"


def test_a_profile_has_a_schedule_and_the_policies_of_this_machine(server):
    folder = server.work / ".dstack"
    folder.mkdir()
    (folder / "profiles.yml").write_text("""
        profiles:
          - name: yearly
            default: true
            schedule: {cron: 0 0 1 1 *}
            creation_policy: reuse
            idle_duration: 1h
            fleets: [local]
            instances: [local-0]
            spot_policy: auto
            max_price: 2
            tags: {team: vision}
          - name: once
            creation_policy: reuse-or-create
            idle_duration: off
        """)
    name = server.submit("true")
    assert server.run(name)["next_triggered_at"].endswith("-01-01T00:00:00Z")
    _, file = server.configuration("true")
    ran = server.cli("apply", "-f", file.name, "-y", "--profile", "once")
    assert ran.status == 0 and "exited" not in ran.err, ran
    (folder / "profiles.yml").write_text("profiles: [{name: elsewhere, default: true, fleets: [cloud], instances: [x]}]")
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and "there is one fleet, 'local'" in ran.err and "'local-0'" in ran.err, ran
    assert "No fleet 'cloud' in project main;" in ran.err and "No instance 'x' in project main;" in ran.err, ran


@pytest.mark.parametrize("cron, words", [
    ("0 0 31 2 *", "`schedule.cron`: '0 0 31 2 *' never comes"),
    ("* * * *", "schedule.cron: '* * * *' has 4 fields"),
    (["0 0 * * *", "0 25 * * *"], "schedule.cron[1]: '25' in '0 25 * * *' is not a valid hour (0 to 23)"),
])
def test_a_bad_expression_is_refused_by_name(shared, cron, words):
    _, file = shared.configuration("true", schedule={"cron": cron})
    ran = shared.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and words in ran.err, ran


def test_its_moment_starts_it_and_it_waits_for_the_next_one(shared, minute):
    names, before, *_ = minute
    for key, status, exit_status in (("good", "done", 0), ("bad", "failed", 3)):
        run = rounds(shared, names[key])
        assert run["termination_reason"] is None and run["next_triggered_at"] > before[key]["next_triggered_at"], run
        job = run["jobs"][0]["job_submissions"][0]
        assert (job["status"], job["exit_status"], job["submission_num"]) == (status, exit_status, 0), job
        assert before[key]["next_triggered_at"][:19] <= job["submitted_at"][:19], job
    assert shared.logs(names["good"]) == f"started {names['good']}\n"
    line, = [line for line in shared.cli("ps").out.splitlines() if line.split()[:1] == [names["good"]]]
    assert "pending (starts " in line, line


def test_all_nodes_are_started(shared, minute):
    run = rounds(shared, minute[0]["nodes"])
    assert [job["job_submissions"][0]["status"] for job in run["jobs"]] == ["done", "done"], run
    assert shared.logs(minute[0]["nodes"], "--job", "1") == "node 1 of 2\n"


def test_a_running_one_says_its_next_moment_and_is_stopped_for_good(shared, minute):
    names, before, *_ = minute
    run = shared.wait_for(names["long"], "running", timeout=75)
    assert run["next_triggered_at"] > before["long"]["next_triggered_at"], run
    assert shared.cli("stop", "-y", names["long"]).status == 0
    run = shared.wait_for(names["long"])
    assert (run["status"], run["termination_reason"], run["next_triggered_at"]) == (
        "terminated", "stopped_by_user", None), run


def test_a_moment_that_the_server_missed_is_made_up_for_at_once(minute, missed):
    names, _, begin, _ = minute
    eventually("the minute is over", lambda: time.time() // 60 > begin // 60, timeout=70)
    missed.start()
    run = rounds(missed, names["missed"])
    created, = [event["message"] for event in missed_events(missed, names["missed"]) if "by schedule" in event["message"]]
    assert time.strftime("due %Y-%m-%dT%H:%M:00Z", time.gmtime(begin // 60 * 60 + 60)) in created, created
    assert run["jobs"][0]["job_submissions"][0]["status"] == "done", run


def missed_events(server, name):
    run = server.run(name)
    return server.api("events/list", {"within_runs": [run["id"]], "limit": 100})


def test_attached_apply_says_when_and_shows_the_log(shared, minute):
    attached = minute[3]
    seen = b""
    while b"seen" not in seen:
        piece = attached.stdout.read1()
        assert piece, seen
        seen += piece
    assert b"Waiting for schedule. Next run: " in seen, seen
