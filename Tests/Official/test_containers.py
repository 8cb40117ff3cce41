"""The official command line, detached, runs tasks in containers."""

import pytest

from docker_engine import DockerEngine
from dstack_harness import OFFICIAL_CLI, Server


@pytest.fixture(scope="module")
def engine():
    with DockerEngine() as engine:
        yield engine


def test_a_task_in_an_image(engine):
    with Server(DOCKER_HOST=engine.host) as server:
        name = server.submit(["id -u", "cat /etc/group"], program=OFFICIAL_CLI, image="box:1", user="worker")
        assert server.wait_for(name)["status"] == "done", server.job(name)
        said = server.logs(name, program=OFFICIAL_CLI)
        assert "1000\nroot:x:0:\nworker:x:1000:" in said, said
        assert "local (docker)" in server.cli("ps", "-a", "-v", program=OFFICIAL_CLI).out
        assert engine.containers() == []


def test_an_image_that_is_not_to_be_had(engine):
    with Server(DOCKER_HOST=engine.host) as server:
        name = server.submit("true", program=OFFICIAL_CLI, image="localhost:1/nobody/nothing:1")
        assert server.wait_for(name)["status"] == "failed"
        assert "cannot pull image" in server.job(name)["termination_reason_message"]
