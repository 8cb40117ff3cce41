import fcntl
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Support"))

from dstack_harness import OFFICIAL_CLI, Server  # noqa: E402


@pytest.fixture(scope="session")
def server():
    """One server of ours for the suite; the official client knows it as its default project."""
    with Server() as server:
        ran = server.cli(
            "project", "add", "--name", "main", "--url", f"http://127.0.0.1:{server.port}", "--token", server.token,
            "-y", program=OFFICIAL_CLI)
        assert ran.status == 0, ran
        yield server


@pytest.fixture
def dstack(server):
    """The official CLI, unmodified."""
    return lambda *arguments, **more: server.cli(*arguments, program=OFFICIAL_CLI, **more)


@pytest.fixture
def alone():
    """No test of another worker is attached meanwhile: the official client takes the first local port from the runner's up
    that seems free, and lets go of it until its ssh takes it."""
    with open("/tmp/dstack-official-client.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
