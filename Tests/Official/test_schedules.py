"""Schedules by the official CLI: what it shows of a run that waits, changes it, and ends it."""

from dstack_harness import OFFICIAL_CLI

NEW_YEAR = {"cron": "0 0 1 1 *"}


def ps(dstack, name, *flags):
    ran = dstack("ps", *flags)
    assert ran.status == 0, ran
    return next((line.split() for line in ran.out.splitlines() if line.split()[:1] == [name]), [])


def test_a_scheduled_task_waits_is_shown_and_is_stopped(server, dstack):
    name = server.submit("true", program=OFFICIAL_CLI, schedule=NEW_YEAR)
    run = server.run(name)
    assert (run["status"], run["jobs"]) == ("pending", []), run
    assert run["next_triggered_at"].endswith("-01-01T00:00:00Z"), run
    assert "pending" in ps(dstack, name)
    assert "pending" in ps(dstack, name, "-v")
    assert dstack("stop", "-y", name).status == 0
    assert server.wait_for(name, timeout=10)["termination_reason"] == "stopped_by_user"
    assert "terminated" in ps(dstack, name, "-a")


def test_a_waiting_task_is_updated_and_overridden(server, dstack):
    name = server.submit("true", program=OFFICIAL_CLI, schedule=NEW_YEAR)
    first = server.run(name)["id"]
    _, file = server.configuration("true", name=name, schedule=NEW_YEAR, priority=9)
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0 and "can be updated in-place" in ran.out and f"Run {name} updated" in ran.out, ran
    run = server.run(name)
    assert (run["id"], run["deployment_num"], run["run_spec"]["configuration"]["priority"]) == (first, 1, 9), run
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert "Detected no changes" in ran.out and "Use --force to apply anyway" in ran.out, ran
    _, file = server.configuration("true", name=name, schedule={"cron": "0 0 1 2 *"}, priority=9)
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0 and "cannot be updated in-place" in ran.out and "- schedule" in ran.out, ran
    run = server.run(name)
    assert run["id"] != first and run["next_triggered_at"].endswith("-02-01T00:00:00Z"), run
    assert dstack("stop", "-x", "-y", name).status == 0
    assert server.wait_for(name, timeout=10)["termination_reason"] == "aborted_by_user"


def test_a_waiting_task_is_attached_to_and_its_moment_shown(server, dstack):
    name, file = server.configuration("true", schedule=NEW_YEAR)
    status, said = server.on_terminal(
        "apply", "-f", file.name, program=OFFICIAL_CLI, columns=140,
        typed=[("Submit the run", "y\n"), ("Next run: ", "\x03"), ("before detaching?", "y\n")])
    assert "waiting for schedule" in said, said
    assert server.wait_for(name, timeout=10)["termination_reason"] == "stopped_by_user"


def test_an_expression_that_never_comes_is_refused(server, dstack):
    _, file = server.configuration("true", schedule={"cron": "0 0 30 2 *"})
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and "never comes" in ran.text, ran
