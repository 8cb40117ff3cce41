"""The unmodified official CLI, dstack 0.22.5, against our server."""

import json

from dstack_harness import OFFICIAL_CLI, Server, eventually


def status_in_ps(dstack, name):
    """The run's line in `dstack ps -a`, or an empty string."""
    ran = dstack("ps", "-a")
    assert ran.status == 0, ran
    return next((line for line in ran.out.splitlines() if line.split()[:1] == [name]), "")


def test_it_is_the_official_client(dstack):
    assert dstack("--version").out.strip() == "0.22.5"


def test_project_add_accepts_the_token_and_lists_the_project(server, dstack):
    ran = dstack("project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}",
                 "--token", server.token, "-y")
    assert ran.status == 0, ran
    assert "main" in dstack("project", "list").out


def test_project_add_refuses_a_wrong_token(server, dstack):
    ran = dstack("project", "add", "--name", "other", "--url", f"http://127.0.0.1:{server.port}",
                 "--token", "wrong", "-y")
    assert ran.status == 1, ran
    assert "denied" in ran.text


def test_the_configuration_file_our_server_wrote_serves_the_official_client():
    with Server() as server:
        ran = server.cli("ps", program=OFFICIAL_CLI)
        assert ran.status == 0, ran
        assert "NAME" in ran.out


def test_fleet_list_shows_this_machine(dstack):
    ran = dstack("fleet", "list")
    assert ran.status == 0, ran
    lines = [line.split() for line in ran.out.splitlines()]
    assert any(line[:1] == ["local"] for line in lines), ran
    assert any(line[:1] == ["instance=0"] and "ssh" in line for line in lines), ran


def test_offer_shows_this_machine(dstack):
    ran = dstack("offer", "--json")
    assert ran.status == 0, ran
    offers = json.loads(ran.out)["offers"]
    assert len(offers) == 1, offers
    assert offers[0]["region"] == "local", offers


def test_plan_shows_an_offer_and_a_declined_plan_runs_nothing(server, dstack):
    name, file = server.configuration("echo never")
    ran = dstack("apply", "-f", file.name, stdin="n\n")
    assert "ssh" in ran.out and "local" in ran.out, ran
    assert "No matching instance offers" not in ran.out, ran
    assert name not in dstack("ps", "-a").out


def test_apply_runs_a_task_to_done_and_logs_show_what_it_printed(server, dstack):
    name = server.submit(["echo first", "echo second"], program=OFFICIAL_CLI)
    run = server.wait_for(name)
    assert run["status"] == "done", run
    assert "exited (0)" in status_in_ps(dstack, name)
    assert dstack("logs", name).out.split() == ["first", "second"]


def test_failing_task_ends_failed_with_its_exit_status(server, dstack):
    name = server.submit(["echo before", "sh -c 'exit 3'"], program=OFFICIAL_CLI)
    run = server.wait_for(name)
    assert run["status"] == "failed", run
    assert run["latest_job_submission"]["exit_status"] == 3
    assert run["latest_job_submission"]["termination_reason"] == "container_exited_with_error"
    assert "exited (3)" in status_in_ps(dstack, name)
    assert dstack("logs", name).out.split() == ["before"]


def test_environment_and_files_reach_the_task(server, dstack):
    (server.work / "data.txt").write_text("from a file\n")
    name = server.submit(["cat data.txt", "echo $COLOUR $DSTACK_RUN_NAME"], program=OFFICIAL_CLI,
                         env={"COLOUR": "green"}, files=["data.txt"])
    assert server.wait_for(name)["status"] == "done"
    assert dstack("logs", name).out.splitlines() == ["from a file", f"green {name}"]


def test_ps_shows_a_running_task_and_json_agrees(server, dstack):
    name = server.submit("sleep 300", program=OFFICIAL_CLI)
    server.wait_for(name, "running")
    ran = dstack("ps")
    assert ran.status == 0, ran
    assert "running" in status_in_ps(dstack, name)
    runs = json.loads(dstack("ps", "--json").out)["runs"]
    assert [run["status"] for run in runs if run["run_spec"]["run_name"] == name] == ["running"]
    assert "ssh" in dstack("ps", "-v").out
    assert dstack("stop", "-x", "-y", name).status == 0
    server.wait_for(name, "aborted", "terminated")


def test_stop_ends_a_running_task_gracefully(server, dstack):
    name = server.submit("trap 'echo ending; exit 0' INT TERM HUP; while :; do sleep 0.1; done",
                         program=OFFICIAL_CLI)
    server.wait_for(name, "running")
    ran = dstack("stop", "-y", name)
    assert ran.status == 0, ran
    run = server.wait_for(name)
    assert run["status"] == "terminated", run
    assert run["latest_job_submission"]["termination_reason"] == "terminated_by_user"
    assert "stopped" in status_in_ps(dstack, name)


def test_stop_abort_ends_a_running_task_at_once(server, dstack):
    name = server.submit("trap '' INT TERM HUP; while :; do sleep 0.1; done", program=OFFICIAL_CLI)
    server.wait_for(name, "running")
    ran = dstack("stop", "-x", "-y", name)
    assert ran.status == 0, ran
    run = server.wait_for(name, timeout=10)
    assert run["latest_job_submission"]["termination_reason"] == "aborted_by_user", run
    assert "aborted" in status_in_ps(dstack, name)


def test_event_tells_how_the_run_went(server, dstack):
    name = server.submit("true", program=OFFICIAL_CLI)
    server.wait_for(name)
    ran = dstack("event", "--within-run", name)
    assert ran.status == 0, ran
    assert f"[run {name}]" in ran.out and f"[job {name}-0-0]" in ran.out, ran


def test_apply_over_an_active_run_updates_its_priority_in_place(server, dstack):
    end = server.work / "update.end"
    command = f"until [ -e {end} ]; do sleep 0.05; done"
    name = server.submit(command, program=OFFICIAL_CLI)
    server.wait_for(name, "running")
    _, file = server.configuration(command, name=name, priority=42)
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0, ran
    assert "can be updated in-place" in " ".join(ran.text.split()), ran
    run = server.run(name)
    assert (run["run_spec"]["configuration"]["priority"], run["deployment_num"], run["status"]) == (42, 1, "running")
    events = dstack("event", "--within-run", name)
    assert "Run updated. Deployment: 1. Changed fields: configuration.priority" in " ".join(events.text.split()), events
    end.touch()
    assert server.wait_for(name)["status"] == "done"


def test_logs_of_an_unknown_run_fail(dstack):
    ran = dstack("logs", "nosuch")
    assert ran.status == 1, ran
    assert "nosuch" in ran.text


def test_delete_forgets_the_name_of_a_finished_run(server, dstack):
    name = server.submit("true", program=OFFICIAL_CLI)
    server.wait_for(name)
    ran = dstack("delete", "-y", "-f", f"{name}.dstack.yml")
    assert ran.status == 0, ran
    assert dstack("logs", name).status == 1


def test_image_is_refused_with_a_reason(server, dstack):
    _, file = server.configuration("true", image="ubuntu")
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status != 0, ran
    assert "image" in ran.text and "Docker" in ran.text, ran


def test_a_run_of_three_nodes(server, dstack):
    name, file = server.configuration(
        "echo node $DSTACK_NODE_RANK of $(echo $DSTACK_NODES_IPS)", nodes=3, ports=[8000, "80:81", "*:9000"])
    ran = dstack("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0, ran
    run = server.wait_for(name)
    assert run["status"] == "done"
    specs = run["jobs"][2]["job_spec"]["app_specs"]
    assert [(spec["app_name"], spec["port"], spec["map_to_port"]) for spec in specs] == [
        ("app_0", 8000, 8000), ("app_1", 81, 80), ("app_2", 9000, None)]
    logs = [dstack("logs", name, "--job", str(number)).out.split() for number in range(3)]
    assert [log[:3] for log in logs] == [["node", str(number), "of"] for number in range(3)], logs
    assert logs[0][3:] == logs[1][3:] == logs[2][3:] and len(set(logs[0][3:])) == 3, logs
    lines = [line.split() for line in dstack("ps", "-a", "-n", "1").out.splitlines()]
    assert [line[0] for line in lines[1:4]] == [name, "job=0", "job=1"], lines


def test_what_a_run_waits_for_is_in_ps_v(server, dstack):
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1", COLUMNS="300") as small:
        first = small.submit("sleep 300")
        small.wait_for(first, "running")
        second = small.submit("true")
        said = "Waiting for the slot of local-0"
        eventually("ps -v says it", lambda: said in small.cli("ps", "-v", program=OFFICIAL_CLI).out)
        assert small.run(second)["status"] == "submitted"
