import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Support"))

from dstack_harness import Server  # noqa: E402


@pytest.fixture(scope="session")
def shared():
    """One server for the tests that leave it as it is."""
    with Server() as server:
        yield server


@pytest.fixture
def server():
    """A server of the test's own, to be killed, stopped or filled."""
    with Server() as server:
        yield server
