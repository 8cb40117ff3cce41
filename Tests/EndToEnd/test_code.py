"""Repositories: cloned where the job is, with the user's changes over the commit. Git servers are real ones."""

import itertools
import os
import pathlib
import shutil

import pytest
from dstack_harness import eventually
from git_servers import GitServers, git

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def servers():
    with GitServers() as servers:
        yield servers


@pytest.fixture
def name():
    return f"repo{next(numbers)}"


def apply(server, commands, *flags, cwd=None, program=None, status=0, configuration=None, **environment):
    """Applies a task, detached; returns (its name, what apply printed)."""
    run, file = server.configuration(commands, **(configuration or {}))
    ran = server.cli("apply", "-f", file, "-y", "-d", *flags, cwd=cwd, program=program, **environment)
    assert ran.status == status, ran
    return run, ran


def outcome(server, run):
    """The log of a run that is done."""
    ended = server.wait_for(run, "done", "failed")
    assert ended["status"] == "done", (ended["latest_job_submission"], server.cli("logs", run, "--diagnose").out)
    return server.logs(run)


def refusal(server, run):
    """Why a run failed."""
    job = server.wait_for(run, "failed")["latest_job_submission"]
    assert job["termination_reason"] == "executor_error", job
    return job["termination_reason_message"]


def test_a_changed_file_of_a_clone(shared, servers, name):
    commit = servers.make(name, {"hello.txt": "old\n"})
    clone = servers.clone(name, shared.work / name)
    (clone / "hello.txt").write_text("new\n")
    run, _ = apply(shared, ["cat hello.txt", "git rev-parse HEAD", "git config user.email"], "-P", ".", cwd=clone)
    assert outcome(shared, run) == f"new\n{commit}\ngrace@example.com\n"
