"""Dev environments: what they say, and their end where nobody is connected."""

import json
import socket
import subprocess

from attached import Attached


def environment(server, **properties):
    server.runs += 1
    name = f"dev-{server.runs}"
    file = server.work / f"{name}.dstack.yml"
    file.write_text(json.dumps({"type": "dev-environment", "name": name, **properties}))
    return name, file.name


def test_an_environment_begins_tells_its_link_and_ends_when_all_have_left(shared):
    name, file = environment(
        shared, ide="vscode", init=["echo ready in $PWD", "echo made > made"], inactivity_duration="5s")
    with Attached(shared, "apply", "-f", file, "-y") as attached:
        attached.until("ready in ").until(f"ssh {name}")
        directory = shared.job(name)["job_runtime_data"]["working_dir"]
        attached.until(f"vscode://vscode-remote/ssh-remote+{name}{directory}")
        told = shared.run(name)["jobs"][0]["job_connection_info"]
        assert told["ide_name"] == "VS Code" and told["attached_ide_url"].endswith(f"+{name}{directory}"), told
        # For longer than nobody may be there, and after the client that is attached has gone.
        session = subprocess.Popen(
            ["ssh", "-F", shared.home / ".dstack/ssh/config", name, f"cat {directory}/made; sleep 8; echo still here"],
            env=shared.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert session.stdout.readline() == "made\n"
        attached.interrupt()
    assert session.communicate(timeout=30)[0] == "still here\n" and session.returncode == 0
    place = shared.job(name)["job_provisioning_data"]
    # Who comes and does not log in is nobody.
    with socket.create_connection((place["hostname"], place["ssh_port"])) as stranger:
        assert stranger.recv(4) == b"SSH-"
    run = shared.wait_for(name)
    assert run["latest_job_submission"]["termination_reason"] == "inactivity_duration_exceeded", run
    assert "nobody was connected for" in run["latest_job_submission"]["termination_reason_message"]


def test_inactivity_is_changed_while_the_environment_lives(shared):
    name, file = environment(shared)
    assert shared.cli("apply", "-f", file, "-y", "-d").status == 0
    shared.wait_for(name, "running")
    (shared.work / file).write_text(
        json.dumps({"type": "dev-environment", "name": name, "inactivity_duration": "1s"}))
    ran = shared.cli("apply", "-f", file, "-y", "-d")
    assert ran.status == 0 and "updated" in ran.out, ran
    run = shared.wait_for(name)
    assert run["latest_job_submission"]["termination_reason"] == "inactivity_duration_exceeded", run
