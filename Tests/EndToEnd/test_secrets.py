"""Secrets: set by the CLI, filled into jobs, sealed at rest, and nowhere else."""

import base64
import json
import os
import pathlib
import resource
import signal
import subprocess

import pytest
from dstack_harness import Server, eventually, files_below, processes_naming

# Told apart from everything else that a machine holds.
VALUE = "pl4nted value with 'quotes' and $dollars #7d1f"
OTHER = "pl4nted-other-0c9e"


def secret(server, *arguments, **more):
    ran = server.cli("secret", *arguments, **more)
    assert ran.status == 0, ran
    return ran


def done(server, commands, **properties):
    name = server.submit(commands, **properties)
    run = server.wait_for(name)
    assert run["status"] == "done", (run["status_message"], server.logs(name))
    return server.logs(name)


def test_the_cli_sets_shows_and_deletes(server):
    secret(server, "set", "FIRST", VALUE)
    secret(server, "set", "SECOND", "-", stdin=OTHER + "\n")
    listed = secret(server).out
    assert "FIRST" in listed and "SECOND" in listed and "******" in listed
    assert VALUE not in listed and OTHER not in listed
    assert VALUE in secret(server, "get", "FIRST").out
    assert OTHER in secret(server, "get", "SECOND").out
    secret(server, "set", "FIRST", "changed")
    assert "changed" in secret(server, "get", "FIRST").out
    assert "Exiting" in secret(server, "delete", "FIRST", stdin="n\n").out
    secret(server, "delete", "FIRST", "-y")
    for action in (("get", "FIRST"), ("delete", "FIRST", "-y")):
        ran = server.cli("secret", *action)
        assert ran.status == 1 and "Secret FIRST does not exist" in ran.text, ran
    ran = server.cli("secret", "set", "no good", "x")
    assert ran.status == 1 and "^[A-Za-z0-9-_]{1,200}$" in ran.text, ran
    ran = server.cli("secret", "set", "LONG", "x" * 5001)
    assert ran.status == 1 and "5000" in ran.text, ran
    ran = server.cli("secret", "set", "PIPED")
    assert ran.status == 1 and "dstack secret set PIPED -" in ran.text, ran


def test_at_a_terminal_the_value_is_asked_for_and_not_shown(server):
    status, said = server.on_terminal("secret", "set", "TYPED", typed=[("not shown): ", OTHER + "\n")])
    assert status == 0 and OTHER not in said, said
    assert OTHER in secret(server, "get", "TYPED").out


def test_env_and_commands_get_the_value(server):
    secret(server, "set", "TOKEN", VALUE)
    said = done(
        server, ["printf '1<%s>\\n' \"$A\"", "printf '2<%s>\\n' ${{ secrets.TOKEN }}",
                 "printf '3<%s>\\n' '${{ secrets.TOKEN }}'", "printf '4<%s>\\n' \"-${{ secrets.TOKEN }}-\"",
                 "tr '\\0' ' ' < /proc/$$$$/cmdline"],
        env={"A": "x ${{ secrets.TOKEN }}"})
    lines = said.splitlines()
    assert lines[:4] == [f"1<x {VALUE}>", f"2<{VALUE}>", f"3<{VALUE}>", f"4<-{VALUE}->"], said
    assert "DSTACK_SECRET_TOKEN" in lines[4] and VALUE not in lines[4], said


def test_a_secret_that_is_not_there_is_named_before_the_run_is(server):
    name, file = server.configuration("echo $A", env={"A": "${{ secrets.GONE }}"})
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and "'GONE'" in ran.text and "dstack secret set GONE" in ran.text, ran
    name, file = server.configuration("echo ${{ secrets.GONE }}")
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 1 and "dstack secret set GONE" in ran.text, ran


def test_a_secret_that_goes_while_the_run_waits_ends_the_job(tmp_path):
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        secret(server, "set", "BRIEF", VALUE)
        gate = tmp_path / "gate"
        os.mkfifo(gate)
        first = server.submit(f"cat {gate}")
        server.wait_for(first, "running")
        second = server.submit("echo $A", env={"A": "${{ secrets.BRIEF }}"})
        secret(server, "delete", "BRIEF", "-y")
        gate.write_text("go")
        run = server.wait_for(second)
        job = server.job(second)
        assert job["termination_reason"] == "terminated_by_server", job
        assert "dstack secret set BRIEF" in job["termination_reason_message"], job
        assert VALUE not in str(run)


def files_with(folder, value):
    return [str(file) for file, content in files_below(folder) if value in content]


def core_files_possible():
    """Lifts the limit on core files, as a machine on which someone debugs has it."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_values_are_nowhere_but_in_the_job(tmp_path):
    """The job runs while database, logs, events, errors, shim's records, /proc and core files are searched."""
    needles = [VALUE.encode(), OTHER.encode()]
    core_files_possible()
    with Server(DSTACK_SERVER_LOG_LEVEL="debug") as server:
        secret(server, "set", "TOKEN", "-", stdin=VALUE)
        secret(server, "set", "OTHER", "-", stdin=OTHER)
        gate = tmp_path / "gate"
        os.mkfifo(gate)
        name = server.submit(
            ["echo ${#A}", ": '${{ secrets.OTHER }}'", f"cat {gate}", "false"], env={"A": "${{ secrets.TOKEN }}"})
        server.wait_for(name, "running")
        eventually("the job speaks", lambda: str(len(VALUE)) in server.logs(name))

        # The search finds what is there: the job's own environment.
        holders = {pid for needle in needles for pid in processes_naming(needle.decode())}
        assert holders, "nobody has the value, so the search proves nothing"
        agents = {pid for program in ("dstack", "dstack-shim", "dstack-runner") for pid in server.pids(program)}
        assert len(agents) >= 3, agents
        assert not holders & agents
        for pid in holders:
            assert not any(needle in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for needle in needles), pid

        gate.write_text("go")
        assert server.wait_for(name)["status"] == "failed"
        spoken = str(server.history(name)) + str(server.run(name)) + str(server.api("events/list", {}))
        assert not any(needle.decode() in spoken for needle in needles)
        for needle in needles:
            assert files_with(server.scratch, needle) == []

        # A control that does leave a core file, then the server.
        pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
        cores = server.scratch / "cores"
        cores.mkdir()
        control = subprocess.Popen(["/bin/sleep", "1000"], cwd=cores)
        control.send_signal(signal.SIGABRT)
        assert os.WCOREDUMP(os.waitpid(control.pid, 0)[1]), f"no core files here at all: {pattern}"
        shim, = server.pids("dstack-shim")
        server.process.send_signal(signal.SIGABRT)
        assert not os.WCOREDUMP(os.waitpid(server.process.pid, 0)[1])
        server.process.returncode = -signal.SIGABRT
        for needle in needles:
            assert files_with(server.scratch, needle) == []
        # As everybody but root sees it: what belongs to root is not to be dumped.
        assert pathlib.Path(f"/proc/{shim}/mem").stat().st_uid == 0


def key(name, seed):
    return {"type": "aes", "name": name, "secret": base64.b64encode(bytes([seed]) * 32).decode()}


def configure(server, *keys):

    server.folder.mkdir(exist_ok=True)
    (server.folder / "config.yml").write_text(json.dumps({"encryption": {"keys": list(keys)}}))


def test_a_key_is_replaced_and_one_that_is_needed_is_missed():
    server = Server()
    try:
        configure(server, key("old", 1))
        server.start()
        secret(server, "set", "TOKEN", VALUE)
        server.stop()

        configure(server, key("new", 2))
        process = server.start(wait=False)
        assert process.wait(20) == 1
        said = server.said()
        assert "'old'" in said and "in secrets (TOKEN)" in said and "config.yml" in said and VALUE not in said, said

        configure(server, key("new", 2), key("old", 1))
        server.start()
        assert "sealed secrets.value with key 'new': 1 rows" in server.said()
        server.stop()

        configure(server, key("new", 2))
        server.start()
        assert VALUE in secret(server, "get", "TOKEN").out
        assert done(server, "echo $A", env={"A": "${{ secrets.TOKEN }}"}).strip() == VALUE
        assert files_with(server.folder / "data", VALUE.encode()) == []
    finally:
        server.close()


@pytest.mark.parametrize("bad, words", [
    ({"type": "aes", "name": "k", "secret": "c2hvcnQ="}, "32 bytes"),
    ({"type": "aes", "name": "a-b", "secret": base64.b64encode(bytes(32)).decode()}, "'a-b'"),
])
def test_a_key_that_is_none_is_refused_by_name(bad, words):
    server = Server()
    try:
        configure(server, bad)
        assert server.start(wait=False).wait(20) == 1
        assert words in server.said() and bad["secret"] not in server.said()
    finally:
        server.close()
