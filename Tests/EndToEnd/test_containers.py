"""Tasks in containers of a real Docker Engine."""

import pytest

from docker_engine import DockerEngine
from dstack_harness import Server, eventually


@pytest.fixture(scope="module")
def engine():
    with DockerEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def server(engine):
    with Server(DOCKER_HOST=engine.host) as server:
        yield server


def test_a_task_runs_in_its_image(server, engine):
    name = server.submit(["cat /etc/passwd", "id -u", "hostname", "pwd"], image="box:1")
    run = server.wait_for(name)
    assert run["status"] == "done", (run, server.said())
    assert "worker:x:1000" in server.logs(name)
    assert server.job(name)["exit_status"] == 0
    assert engine.containers() == []


def test_the_runtime_is_told(server):
    assert "docker" in server.cli("fleet", "list").out
    assert "docker" in server.cli("offer").out
