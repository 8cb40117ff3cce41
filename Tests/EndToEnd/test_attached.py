"""An attached `dstack apply` on a terminal: what Ctrl-C asks, what the answers do, and the exit statuses.

The answers are those of the official client: `n` detaches and leaves the run, Ctrl-C at the question cancels the
command and leaves the run, `y` stops the run, Ctrl-C while it is being stopped aborts it.
"""

import re
import threading

import pytest
from dstack_harness import Server, eventually

CONTROL_C = "\x03"


@pytest.mark.parametrize("commands,status,final", [("echo fine", 0, "done"), ("exit 3", 1, "failed")])
def test_the_exit_status_tells_how_the_run_ended(shared, commands, status, final):
    name, file = shared.configuration(commands)
    found, said = shared.on_terminal("apply", "-f", file.name, "-y")
    assert found == status, said
    assert re.search(rf"Run \S*{name}\S* \S*{final}", said), said


def test_a_no_detaches_and_leaves_the_run(server):
    name, file = server.configuration("echo up; sleep 300")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y", typed=[("\nup\r", CONTROL_C), ("[y/n]", "n\r")])
    assert status == 0, said
    assert "Detached" in said, said
    assert server.run(name)["status"] == "running"


def test_what_is_neither_yes_nor_no_is_asked_again(server):
    name, file = server.configuration("echo up; sleep 300")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y",
        typed=[("\nup\r", CONTROL_C), ("[y/n]", "perhaps\r"), ("Please enter y or n", "n\r")])
    assert status == 0, said
    assert said.count("[y/n]") == 2, said
    assert server.run(name)["status"] == "running"


def test_a_second_control_c_at_the_question_cancels_and_leaves_the_run(server):
    name, file = server.configuration("echo up; sleep 300")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y", typed=[("\nup\r", CONTROL_C), ("[y/n]", CONTROL_C)])
    assert status == 1, said
    assert "Cancelled by user" in said, said
    assert server.run(name)["status"] == "running"


def test_a_yes_stops_the_run_and_follows_it_to_its_end(server):
    name, file = server.configuration("echo up; sleep 300")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y", typed=[("\nup\r", CONTROL_C), ("[y/n]", "y\r")])
    assert status == 1, said
    assert "Stopping..." in said and re.search(rf"Run \S*{name}\S* \S*terminated", said), said
    assert server.run(name)["status"] == "terminated"


def test_control_c_while_the_run_is_being_stopped_aborts_it(server):
    name, file = server.configuration("trap '' INT TERM HUP; echo up; while :; do sleep 1; done")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y",
        typed=[("\nup\r", CONTROL_C), ("[y/n]", "y\r"), ("Stopping...", CONTROL_C)])
    assert status == 1, said
    assert "Aborting..." in said, said
    assert server.job(name)["termination_reason"] == "aborted_by_user", said


def test_control_c_while_the_run_waits_for_a_slot():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        server.wait_for(server.submit("sleep 300"), "running")
        name, file = server.configuration("true", retry={"on_events": ["no-capacity"], "duration": "1h"})
        status, said = server.on_terminal(
            "apply", "-f", file.name, "-y", typed=[("submitted", CONTROL_C), ("[y/n]", "y\r")])
        assert status == 1, said
        assert server.run(name)["status"] == "terminated", said


def test_the_plan_declined_by_control_c(shared):
    _, file = shared.configuration("true")
    before = len(shared.api("runs/list"))
    status, said = shared.on_terminal("apply", "-f", file.name, typed=[("[y/n]", CONTROL_C)])
    assert status == 1, said
    assert "Cancelled by user" in said, said
    assert len(shared.api("runs/list")) == before


@pytest.mark.parametrize("leave", ["stop", "kill"])
def test_logs_are_followed_over_a_restart_of_the_server(server, leave):
    name = server.submit("for i in $(seq 40); do echo line $i; sleep 0.2; done")
    server.wait_for(name, "running")
    following = server.spawn("logs", "-f", name)
    said = []
    reader = threading.Thread(target=lambda: said.extend(following.stdout))
    reader.start()
    eventually("the first lines are shown", lambda: len(said) > 3)
    getattr(server, leave)()
    server.start()
    assert following.wait(60) == 0, said
    reader.join()
    assert [line.decode().strip() for line in said] == [f"line {i}" for i in range(1, 41)]
