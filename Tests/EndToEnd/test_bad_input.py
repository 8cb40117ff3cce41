"""Each bad input is refused by name, with an exit status that is not 0, and leaves nothing half made."""

import contextlib
import re
import socket
import sqlite3
import subprocess

import pytest
from dstack_harness import BIN, Server, eventually, free_port


def apply_text(server, text, *flags, name="bad.dstack.yml"):
    (server.work / name).write_text(text)
    before = len(server.api("runs/list"))
    ran = server.cli("apply", "-f", name, "-y", "-d", *flags)
    assert ran.status != 0, ran
    assert len(server.api("runs/list")) == before, "a refused configuration must leave no run"
    return ran


def test_a_yaml_error_names_file_line_and_column(shared):
    ran = apply_text(shared, "type: task\nname: bad\ncommands:\n  - echo hello\n bad: [\n")
    assert "bad.dstack.yml:5:" in ran.text, ran


def test_an_unknown_property_is_named_with_the_nearest_known(shared):
    ran = apply_text(shared, "type: task\nname: bad\ncomands:\n  - echo hello\n")
    assert "bad.dstack.yml:3:1" in ran.text, ran
    assert "comands" in ran.text and "commands" in ran.text, ran


def test_a_wrong_value_names_its_property(shared):
    ran = apply_text(shared, "type: task\nname: bad\ncommands: [true]\nresources:\n  cpu: many\n")
    assert re.search(r"bad\.dstack\.yml:5:\d+", ran.text) and "cpu" in ran.text, ran


def test_a_resource_no_offer_meets_names_the_requirement_and_the_nearest_offer(shared):
    ran = apply_text(shared, "type: task\nname: bad\ncommands: [echo]\nresources:\n  cpu: 5000..\n")
    assert "5000" in ran.text and "cpu" in ran.text.lower(), ran
    assert "local" in ran.text, ran


def test_a_resource_no_offer_meets_waits_with_a_retry_policy(server):
    name = server.submit("true", resources={"cpu": "5000.."},
                         retry={"on_events": ["no-capacity"], "duration": "1h"})
    eventually("it waits", lambda: server.run(name)["status"] in ("submitted", "pending"))
    assert server.cli("stop", "-x", name, "-y").status == 0
    server.wait_for(name, "terminated")


def test_an_unreachable_server(shared):
    port = free_port()
    ran = shared.cli("project", "add", "--name", "gone", "--url", f"http://127.0.0.1:{port}", "--token", "x", "-y")
    assert ran.status != 0, ran
    assert str(port) in ran.text, ran


def test_an_unreachable_server_while_listing():
    server = Server()
    try:
        server.start()
        assert server.cli("ps").status == 0
        server.stop()
        ran = server.cli("ps")
        assert ran.status != 0, ran
        assert str(server.port) in ran.text, ran
    finally:
        server.close()


def test_a_wrong_token(shared):
    ran = shared.cli("project", "add", "--name", "other", "--url", f"http://127.0.0.1:{shared.port}",
                     "--token", "wrong", "-y")
    assert ran.status != 0, ran
    assert "token" in ran.text.lower(), ran
    assert "other" not in shared.cli("project", "list").out


def test_a_port_in_use(tmp_path):
    server = Server()
    try:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", server.port))
            holder.listen()
            process = server.start(wait=False)
            assert process.wait(20) != 0
        assert str(server.port) in server.said() and "in use" in server.said().lower(), server.said()
        assert not server.pids("dstack-shim"), "no shim may be left behind"
    finally:
        server.close()


def test_a_second_server_on_the_same_directory(server):
    second = subprocess.run(
        [BIN / "dstack", "server", "--host", "127.0.0.1", "--port", str(free_port()), "-y"],
        env=server.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert second.returncode != 0
    assert str(server.folder) in second.stdout + second.stderr, second
    name = server.submit("echo still here")
    assert server.wait_for(name)["status"] == "done"


def test_a_run_name_in_use(server):
    name = server.submit("sleep 300")
    server.wait_for(name, "running")
    before = server.run(name)["id"]
    file = server.work / f"{name}.dstack.yml"
    file.write_text(file.read_text().replace("sleep 300", "echo other"))
    ran = server.cli("apply", "-f", file.name, "-d", stdin="n\n")
    assert name in ran.text, ran
    run = server.run(name)
    assert (run["id"], run["status"]) == (before, "running")


@pytest.mark.parametrize("name", ["Upper", "1digit", "a", "under_score", "x" * 42, "with space"])
def test_a_malformed_run_name(shared, name):
    ran = apply_text(shared, f"type: task\nname: {name!r}\ncommands: [echo]\n")
    assert re.search(r"bad\.dstack\.yml:2:\d+", ran.text) and name in ran.text, ran


def test_an_image_is_refused_where_there_is_no_docker(shared):
    ran = apply_text(shared, "type: task\nname: bad\nimage: ubuntu\ncommands: [echo]\n")
    assert "image" in ran.text and "Docker" in ran.text, ran


@pytest.mark.parametrize("text", [
    "type: service\nname: bad\nport: 80\ncommands: [echo]\n",
    "type: task\nname: bad\ncommands: [echo]\nprivileged: true\n",
    "type: task\nname: bad\ncommands: [echo]\nvolumes: ['/a:/b']\n",
])
def test_what_is_not_served_yet_is_refused_by_name(shared, text):
    ran = apply_text(shared, text)
    assert re.search("service|privileged|volumes", ran.text), ran


def test_a_command_that_is_not_found(shared):
    name = shared.submit("nosuchcommand --flag")
    job = shared.wait_for(name, "failed")["latest_job_submission"]
    assert job["exit_status"] == 127
    assert "nosuchcommand" in shared.logs(name)


def test_a_shell_that_is_not_found(shared):
    name = shared.submit("echo hello", shell="/nosuch/shell")
    job = shared.wait_for(name, "failed")["latest_job_submission"]
    assert "/nosuch/shell" in (job["termination_reason_message"] or "") + shared.logs(name), job


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) / 1024


def test_a_binary_log_line(shared):
    name = shared.submit("stty raw -echo; head -c 100000 /dev/urandom | tr -d '\\n' > x; cat x; cksum < x >&2")
    assert shared.wait_for(name)["status"] == "done"
    assert shared.spawn("logs", name).communicate(timeout=30)[0]
    assert shared.cli("ps", "-a").status == 0


def test_a_log_line_of_a_gigabyte():
    size = 1 << 30
    with Server(DSTACK_SERVER_LOG_QUOTA_PER_JOB_HOUR="0") as server:
        name = server.submit(f"stty raw -echo; head -c {size} /dev/zero | tr '\\0' x")
        assert server.wait_for(name, timeout=600)["status"] == "done"
        logs = server.spawn("logs", name)
        read = 0
        while chunk := logs.stdout.read(1 << 20):
            assert chunk.count(b"x") == len(chunk)
            read += len(chunk)
        assert logs.wait(10) == 0
        assert read == size
        assert resident_megabytes(server.process.pid) < 300
        for program in ("dstack-shim", "dstack-runner"):
            for pid in server.pids(program):
                assert resident_megabytes(pid) < 150, program


def test_a_log_that_never_ends_is_ended_by_its_quota():
    with Server(DSTACK_SERVER_LOG_QUOTA_PER_JOB_HOUR="10000000") as server:
        name = server.submit("yes")
        job = server.wait_for(name, "failed", timeout=60)["latest_job_submission"]
        assert job["termination_reason"] == "log_quota_exceeded", job


def test_a_log_that_never_ends_can_be_stopped():
    with Server(DSTACK_SERVER_LOG_QUOTA_PER_JOB_HOUR="0") as server:
        name = server.submit("yes")
        server.wait_for(name, "running")
        assert server.cli("stop", "-x", name, "-y").status == 0
        server.wait_for(name, "terminated", timeout=15)


def test_a_missing_configuration_file(shared):
    ran = shared.cli("apply", "-f", "nosuch.dstack.yml", "-y", "-d")
    assert ran.status != 0 and "nosuch.dstack.yml" in ran.text, ran


def test_an_environment_variable_the_caller_lacks(shared):
    ran = apply_text(shared, "type: task\nname: bad\nenv: [NOT_SET_ANYWHERE]\ncommands: [echo]\n")
    assert "NOT_SET_ANYWHERE" in ran.text, ran


def test_a_project_that_is_not_configured(shared):
    ran = shared.cli("ps", "--project", "nosuch")
    assert ran.status != 0 and "nosuch" in ran.text, ran


def test_control_c_asks_whether_to_stop_the_run(server):
    name, file = server.configuration("echo up; sleep 300")
    status, said = server.on_terminal(
        "apply", "-f", file.name, "-y", typed=[("\nup\r", "\x03"), ("[y/n]", "y\r")])
    assert status == 1, said
    assert re.search("(?i)stop the run", said), said
    server.wait_for(name, "terminated")


def test_control_c_answered_with_no_leaves_the_run(server):
    name, file = server.configuration("echo up; sleep 300")
    server.on_terminal("apply", "-f", file.name, "-y", typed=[("\nup\r", "\x03"), ("[y/n]", "n\r")])
    assert server.run(name)["status"] == "running"


# The database. A server that stopped leaves everything in the one file.


@pytest.fixture
def stopped(server):
    """A server that had a run, and its database file."""
    server.wait_for(server.submit("echo hi"))
    assert server.stop() == 0
    file = server.folder / "data/dstack.sqlite"
    waiting = file.with_name(file.name + "-wal")
    assert not waiting.exists() or waiting.stat().st_size == 0
    return server, file


def refusal(server):
    server.log.write_text("")
    assert server.start(wait=False).wait(20) == 1
    return server.said()


def test_a_database_from_a_newer_version(stopped):
    server, file = stopped
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('of-tomorrow')")
        database.commit()
    said = refusal(server)
    assert str(file) in said and "written by a newer version" in said, said


@pytest.mark.parametrize("kept", [100, 8192])
def test_a_truncated_database(stopped, kept):
    server, file = stopped
    whole = file.read_bytes()
    file.write_bytes(whole[:kept])
    said = refusal(server)
    assert str(file) in said and "malformed" in said and "put a copy of the file in its place" in said, said
    # And what it says is true.
    file.write_bytes(whole)
    server.start()
    assert server.run("run-1")["status"] == "done"


@pytest.mark.parametrize("place", [0, 3 * 4096])
def test_a_corrupt_database(stopped, place):
    server, file = stopped
    with open(file, "r+b") as damaged:
        damaged.seek(place)
        damaged.write(b"\xa5" * 80_000)
    said = refusal(server)
    assert str(file) in said and "put a copy of the file in its place" in said, said
