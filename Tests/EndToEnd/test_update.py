"""Applying over a run that lives: what can be changed in place, and what it changes."""

import pytest
from dstack_harness import Server, eventually, files_below


@pytest.fixture
def narrow():
    """A server whose machine takes one job at a time."""
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        yield server


def hold(server, name):
    """A run that ends once its file is there."""
    file = server.work / f"{name}.end"
    server.submit(f"until [ -e {file} ]; do sleep 0.05; done", name=name)
    return file


def test_a_waiting_run_with_a_new_priority_is_placed_first(narrow):
    end = hold(narrow, "first")
    narrow.wait_for("first", "running")
    for name in ("second", "third"):
        narrow.submit(f"echo {name} >> {narrow.work}/order", name=name)
    _, file = narrow.configuration(f"echo third >> {narrow.work}/order", name="third", priority=7)
    ran = narrow.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0, ran
    assert "priority" in ran.text and "in place" in ran.text, ran
    run = narrow.run("third")
    assert run["deployment_num"] == 1
    assert run["run_spec"]["configuration"]["priority"] == 7
    assert run["latest_job_submission"]["deployment_num"] == 1
    end.touch()
    for name in ("first", "second", "third"):
        assert narrow.wait_for(name)["status"] == "done"
    assert (narrow.work / "order").read_text().split() == ["third", "second"]
    messages = [event["message"] for event in narrow.history("third")]
    assert "Run updated. Deployment: 1. Changed fields: configuration.priority" in messages, messages


def test_a_running_run_goes_on_and_keeps_its_update_over_a_crash(server):
    end = hold(server, "lasting")
    server.wait_for("lasting", "running")
    before = server.job("lasting")["id"]
    _, file = server.configuration(
        f"until [ -e {server.work}/lasting.end ]; do sleep 0.05; done", name="lasting", priority=3)
    assert server.cli("apply", "-f", file.name, "-y", "-d").status == 0
    server.kill()
    server.start()
    run = server.run("lasting")
    assert (run["deployment_num"], run["run_spec"]["configuration"]["priority"]) == (1, 3)
    assert run["latest_job_submission"]["id"] == before
    end.touch()
    assert server.wait_for("lasting")["status"] == "done"


def test_what_cannot_be_changed_is_refused(server):
    end = hold(server, "fixed")
    server.wait_for("fixed", "running")
    spec = server.run("fixed")["run_spec"]
    changed = {**spec, "configuration": {**spec["configuration"], "commands": ["true"]}}
    plan = server.api("project/main/runs/get_plan", {"run_spec": changed})
    assert plan["action"] == "create"
    status, answer = server.request(
        "POST", "/api/project/main/runs/apply",
        {"plan": {"run_spec": changed, "current_resource": plan["current_resource"]}, "force": False})
    assert status == 400 and answer["detail"][0]["msg"] == "Cannot override active run. Stop the run first.", answer
    end.touch()
    assert server.wait_for("fixed")["status"] == "done"


def test_an_update_and_its_environment_are_not_in_the_clear_on_disk(server):
    end = hold(server, "quiet")
    server.wait_for("quiet", "running")
    spec = server.run("quiet")["run_spec"]
    spec["configuration"]["priority"] = 9
    spec["configuration_path"] = "a-path-that-is-nowhere-else.yml"
    server.api("project/main/runs/apply", {"plan": {"run_spec": spec}, "force": True})
    for file, content in files_below(server.folder):
        if "sqlite" in str(file) or file.suffix == ".db":
            assert b"a-path-that-is-nowhere-else" not in content, file
    end.touch()
    eventually("it is done", lambda: server.run("quiet")["status"] == "done")


def test_an_architecture_is_taken_back_and_an_override_says_what_it_does(server):
    end = hold(server, "anywhere")
    commands = f"until [ -e {end} ]; do sleep 0.05; done"

    def apply(*flags, **properties):
        _, file = server.configuration(commands, name="anywhere", **properties)
        ran = server.cli("apply", "-f", file.name, "-y", "-d", *flags)
        assert ran.status == 0, ran
        return ran.out

    first = server.wait_for("anywhere", "running")["id"]
    said = apply(resources={"cpu": "x86:2.."}, max_duration="2h", env={"TOKEN": "hidden"})
    assert "cannot be made in place" in said and "- env: added TOKEN" in said and "hidden" not in said, said
    assert "cpu=2.. mem=8GB.. disk=100GB.. gpu=nvidia:0.. → cpu=x86:2.. " in said, said
    assert "- max_duration: unset → 2h" in said and "Run anywhere submitted" in said, said
    second = server.wait_for("anywhere", "running")["id"]
    said = apply(resources={"cpu": "2.."}, max_duration="2h", env={"TOKEN": "hidden"})
    assert "can be made in place" in said and "Run anywhere updated" in said, said
    assert (server.run("anywhere")["id"], server.run("anywhere")["deployment_num"]) == (second, 1)
    said = apply("--force", resources={"cpu": "2.."}, max_duration="2h", env={"TOKEN": "hidden"})
    assert "Nothing has changed" in said and "Run anywhere submitted" in said, said
    assert len({first, second, server.run("anywhere")["id"]}) == 3
    end.touch()
    assert server.wait_for("anywhere")["status"] == "done"
