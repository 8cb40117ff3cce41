"""SSH into jobs, with what dstack's `attach` and `apply` write for `ssh`: through the server, from wherever that is reached."""

import os
import pathlib
import subprocess

from attached import Attached
from dstack_harness import Server, eventually

WAIT = "while [ ! -e $HOME/end ]; do sleep 0.05; done"


def config(server):
    return (server.home / ".dstack" / "ssh" / "config").read_text()


def test_a_login_has_the_jobs_user_variables_and_home(shared):
    name = shared.submit(["echo $HOME; pwd; id -u", WAIT], env={"WORD": "it's $HOME\n100%"})
    with Attached(shared, "attach", name) as attached:
        attached.until(f"use ssh {name}").until("Press Ctrl+C")
        home, directory, uid = eventually("the job has begun", lambda: shared.logs(name)).split()
        ran = shared.ssh(name, 'echo "$WORD"; echo $HOME; pwd; id -u; echo $DSTACK_RUN_NAME; exit 3')
        assert ran.out == f"it's $HOME\n100%\n{home}\n{home}\n{uid}\n{name}\n" and ran.status == 3, ran
        # Without a command: a shell where the job is.
        assert shared.ssh("-T", name, stdin="pwd\n").out == directory + "\n"
        ran = shared.ssh("-tt", name, "tty; test -t 0 && echo a terminal")
        assert "a terminal" in ran.out, ran
        # Nothing of the host's user is used, nor the run's home by the server.
        assert not pathlib.Path(home, ".ssh").exists()
        # Files, there and back.
        (shared.work / "sent").write_bytes(os.urandom(3 << 20))
        copy = ["scp", "-q", "-F", shared.home / ".dstack/ssh/config", "-o", "LogLevel=ERROR"]
        for pair in [("sent", f"{name}:there"), (f"{name}:there", "back")]:
            subprocess.run([*copy, *pair], env=shared.environment, cwd=shared.work, check=True, timeout=30)
        assert (shared.work / "back").read_bytes() == (shared.work / "sent").read_bytes()
        assert attached.interrupt() == 0
    assert f"Host {name}" not in config(shared)
    assert (shared.home / ".ssh/config").read_text().startswith(f"Include {shared.home}/.dstack/ssh/config\n")
    shared.cli("stop", name, "-y", "--abort")


def test_two_attachments_of_one_run_and_the_end_of_the_job(shared):
    name = shared.submit(WAIT)
    with Attached(shared, "attach", name) as first, Attached(shared, "attach", name) as second:
        first.until("Press Ctrl+C")
        second.until("Press Ctrl+C")
        assert first.interrupt() == 0
        # The other one still needs the name.
        session = subprocess.Popen(
            ["ssh", "-F", shared.home / ".dstack/ssh/config", name, "echo in; sleep 300"], env=shared.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert session.stdout.readline() == b"in\n"
        shared.ssh(name, "touch $HOME/end")
        # The job's end is the end of who is logged in.
        assert session.wait(20) != 0
        assert second.ended() == 0
    assert shared.wait_for(name)["status"] == "done"
    assert f"Host {name}" not in config(shared)


def test_a_killed_server_costs_a_connection_not_the_attachment(server):
    name = server.submit(WAIT)
    with Attached(server, "attach", name) as attached:
        attached.until("Press Ctrl+C")
        assert server.ssh(name, "echo one").out == "one\n"
        server.kill()
        server.start()
        assert server.ssh(name, "echo two; touch $HOME/end").out == "two\n"
        assert attached.ended() == 0, attached.said


def test_who_is_let_in(shared):
    key = shared.scratch / "own"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", key], check=True)
    name, file = shared.configuration(WAIT)
    ran = shared.cli("apply", "-f", file.name, "-y", "-d", "--ssh-identity", key)
    assert ran.status == 0, ran
    shared.wait_for(name, "running")
    with Attached(shared, "attach", name) as attached:
        attached.until("submitted with another SSH key")
    with Attached(shared, "attach", name, "--ssh-identity", key) as attached:
        attached.until(f"use ssh {name}")
        assert shared.ssh(name, "echo in").out == "in\n"
        stranger = shared.scratch / "stranger"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger], check=True)
        direct = shared.job(name)["job_provisioning_data"]["hostname"]
        refused = shared.ssh(
            "-F", "none", "-i", stranger, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-p", 10022, "-o",
            "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", f"root@{direct}", "true")
        assert refused.status == 255 and "Permission denied" in refused.err, refused
    shared.cli("stop", name, "-y", "--abort")


def test_nodes_that_are_plain_processes_reach_one_another(shared):
    name = shared.submit(
        [
            'if [ $DSTACK_NODE_RANK = 0 ]; then'
            ' for ip in $DSTACK_NODES_IPS; do ssh $ip \'echo "rank $DSTACK_NODE_RANK"\'; done;'
            ' for ip in $DSTACK_NODES_IPS; do ssh $ip touch end; done; fi',
            WAIT,
        ], nodes=3)
    assert shared.wait_for(name, timeout=60)["status"] == "done"
    assert shared.logs(name).split("\n")[:3] == ["rank 0", "rank 1", "rank 2"], shared.logs(name)


def test_an_ordinary_users_server_and_job():
    with Server(uid=65534) as server:
        name = server.submit(WAIT)
        with Attached(server, "attach", name, prefix=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]) as (
                attached):
            attached.until("Press Ctrl+C")
            ran = server.ssh(name, "id -u; touch $HOME/end")
            assert ran.out == "65534\n", ran
            assert attached.ended() == 0, attached.said
