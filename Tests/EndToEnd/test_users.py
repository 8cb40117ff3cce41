"""The `user` of a task: one of this machine, by name or by number. The suite runs as root."""

import os

import pytest
from dstack_harness import Server


@pytest.fixture(scope="module")
def shared():
    """A server whose directory lies where all users may pass."""
    with Server() as server:
        os.chmod(server.scratch, 0o711)
        yield server


WHO = ["id -u", "id -g", "id -G", "touch mine $HOME/mine", "stat -c %u mine"]


@pytest.mark.parametrize("user, expected", [
    ("daemon", ["1", "1", "1", "1"]),
    ("1:2", ["1", "2", "2", "1"]),
    ("daemon:bin", ["1", "2", "2", "1"]),
    ("12345", ["12345", "0", "0", "12345"]),
])
def test_a_task_runs_as_its_user(shared, user, expected):
    name = shared.submit(WHO, user=user)
    run = shared.wait_for(name)
    assert run["status"] == "done", run
    assert shared.logs(name).split() == expected


def test_a_job_is_the_user_from_where_it_stands(shared):
    """Its directories are reached by their full names, and those of others are not."""
    name = shared.submit(
        ["cd $HOME", "cd $DSTACK_WORKING_DIR", "pwd -P", f"! ls {shared.folder}", f"! ls {shared.folder}/shim/jobs",
         f"! cat {shared.folder}/data/encryption.key"], user="daemon")
    assert shared.wait_for(name)["status"] == "done", shared.logs(name)
    assert shared.logs(name).startswith(f"{shared.folder}/shim/jobs/"), shared.logs(name)


def test_a_user_who_cannot_pass_to_the_directory_of_its_job_is_told_where():
    with Server() as server:
        name = server.submit("true", user="daemon")
        job = server.wait_for(name, "failed")["latest_job_submission"]
        words = f"user 'daemon' may not pass through '{server.scratch}' to the job's directory"
        assert words in job["termination_reason_message"], job


def test_files_belong_to_the_user_of_the_task(shared):
    (shared.work / "sent").mkdir(exist_ok=True)
    (shared.work / "sent" / "file").write_text("content\n")
    name = shared.submit(["cat sent/file", "echo more >> sent/file", "stat -c %U sent/file"],
                         user="daemon", files=["sent"])
    assert shared.wait_for(name)["status"] == "done"
    assert shared.logs(name).split() == ["content", "daemon"]


@pytest.mark.parametrize("user, words", [
    ("nobody-knows-me", "no user 'nobody-knows-me' in /etc/passwd; create it or set another 'user'"),
    ("daemon:nobody-knows-us", "no group 'nobody-knows-us' in /etc/group; create it or set another 'user'"),
])
def test_a_user_that_is_not_there_fails_the_job_and_says_so(shared, user, words):
    name = shared.submit("true", user=user)
    job = shared.wait_for(name, "failed")["latest_job_submission"]
    assert words in job["termination_reason_message"], job


def test_a_malformed_user_is_refused_before_it_is_submitted(shared):
    _, file = shared.configuration("true", user="a:b:c")
    ran = shared.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status != 0 and "'a:b:c'" in ran.text, ran


def test_a_server_without_root_says_that_only_root_can_change_users():
    with Server(uid=12345) as server:
        for folder in (server.home, server.work):
            os.chmod(folder, 0o755)
        own = server.submit("id -u", user="12345")
        assert server.wait_for(own)["status"] == "done"
        name = server.submit("true", user="root")
        job = server.wait_for(name, "failed")["latest_job_submission"]
        assert "only root can change users" in job["termination_reason_message"], job
