"""Tasks in containers of a real Docker Engine: what works, what is refused, what is survived."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from git_servers import GitServers
from docker_engine import DockerEngine, Registry
from dstack_harness import FINAL, Server, eventually, files_below


@pytest.fixture(scope="module")
def engine():
    with DockerEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def server(engine):
    with Server(DOCKER_HOST=engine.host) as server:
        yield server


def failure(server, name):
    """The message of a run that failed."""
    run = server.wait_for(name)
    assert run["status"] == "failed", run
    return server.job(name)["termination_reason_message"] or ""


def text(server, name):
    """The log without what an interactive busybox shell says first."""
    return server.logs(name).split("built-in commands.")[-1].strip()


# What works.


def test_a_task_runs_in_its_image(server, engine):
    name = server.submit(["cat /etc/passwd", "id -u", "pwd"], image="box:1")
    assert server.wait_for(name)["status"] == "done", server.said()
    assert text(server, name).endswith("worker:x:1000:1000::/home/worker:/bin/sh\n0\n/")
    assert server.job(name)["exit_status"] == 0
    assert engine.containers() == []


def test_the_runtime_is_told(server):
    assert "local (docker)" in server.cli("fleet", "list").out
    assert "docker" in server.cli("offer").out


def test_the_images_own_user_directory_command_and_environment(server):
    name = server.submit(None, image="worker:1")
    server.wait_for(name, "done")
    assert text(server, name) == "own command\n1000\n/home/worker\ngreen"


def test_user_working_dir_env_and_entrypoint(server):
    name = server.submit(None, image="worker:1", user="0:0", working_dir="/tmp", env={"COLOUR": "red"},
                         entrypoint="/bin/sh -c 'id -u; pwd; echo $COLOUR $DSTACK_RUN_NAME'")
    server.wait_for(name, "done")
    assert text(server, name) == f"0\n/tmp\nred {name}"


def test_limits_of_cpu_memory_and_shm(server, engine):
    name = server.submit("sleep 1000", image="box:1",
                         resources={"cpu": 1, "memory": "64MB", "shm_size": "16MB"})
    server.wait_for(name, "running")
    container = engine.containers()[0]["HostConfig"]
    assert (container["NanoCpus"], container["Memory"]) == (10 ** 9, 64 << 20)
    assert container["ShmSize"] == 16 << 20
    server.cli("stop", name, "-y", "--abort")
    server.wait_for(name, "terminated", "aborted")


def test_a_directory_of_the_machine_is_mounted(server):
    shared = server.scratch / "shared"
    shared.mkdir()
    (shared / "in").write_text("from the host\n")
    name = server.submit(["cat /data/in", "echo from the container > /data/out"], image="box:1",
                         volumes=[f"{shared}:/data"])
    server.wait_for(name, "done")
    assert text(server, name) == "from the host"
    assert (shared / "out").read_text() == "from the container\n"


def test_two_containers_use_the_same_port_inside(server):
    names = [server.submit("echo $DSTACK_RUN_NAME | nc -l -p 8000 & sleep 1000", image="box:1") for _ in range(2)]
    for name in names:
        server.wait_for(name, "running")
        assert "in use" not in server.logs(name)
    for name in names:
        server.cli("stop", name, "-y", "--abort")
        server.wait_for(name, "terminated", "aborted")


def test_three_nodes_share_a_network(server, engine):
    name = server.submit(
        ["mkdir /www; echo from $DSTACK_NODE_RANK > /www/hello",
         'if [ $DSTACK_NODE_RANK != 0 ]; then httpd -f -p 8000 -h /www; fi',
         'for ip in $(echo "$DSTACK_NODES_IPS" | tail -n 2); do'
         ' until wget -q -O - http://$ip:8000/hello; do sleep 0.2; done; done'],
        image="box:1", nodes=3, stop_criteria="master-done")
    assert server.wait_for(name, timeout=60)["status"] == "done", server.cli("event", "--within-run", name).out
    assert [line for line in server.logs(name).splitlines() if line.startswith("from ")] == ["from 1", "from 2"]
    eventually("the containers are gone", lambda: engine.containers() == [])
    eventually("the run's network is gone", lambda: "dstack-" not in engine.run("network", "ls").stdout)


def test_openmpi_starts_its_daemons_on_the_nodes_by_ssh(server, engine):
    # This machine's own openmpi in a container: its programs are mounted, its root is made of links to them.
    root = server.scratch / "host-root"
    (root / "etc").mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    for name in ("usr", "tmp", "root"):
        (root / name).mkdir()
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\nworker:x:1000:1000::/home/worker:/bin/bash\n")
    (root / "etc/group").write_text("root:x:0:\nworker:x:1000:\n")
    (root / "home/worker").mkdir(parents=True)
    os.chown(root / "home/worker", 1000, 1000)
    os.chmod(root / "tmp", 0o1777)
    engine.import_image(root, "host:1")
    for user in (None, "worker"):
        name = server.submit(
            ["if [ $DSTACK_NODE_RANK != 0 ]; then sleep 300; fi",
             "mpirun --allow-run-as-root --oversubscribe --map-by node --hostfile $DSTACK_MPI_HOSTFILE"
             " -np $DSTACK_NODES_NUM"
             " sh -c 'echo rank $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE: $(id -un) on $(hostname)'"],
            image="host:1", nodes=3, startup_order="workers-first", stop_criteria="master-done", **({"user": user} if user else {}),
            volumes=[f"{folder}:{folder}" for folder in ("/usr", "/etc/alternatives", "/etc/openmpi")])
        run = server.wait_for(name, timeout=60)
        said = server.logs(name)
        assert run["status"] == "done", (run, said, server.logs(name, "-d"))
        ranks = sorted(line.split(" on ") for line in said.splitlines() if line.startswith("rank "))
        assert [rank for rank, _ in ranks] == [f"rank {n} of 3: {user or 'root'}" for n in range(3)], said
        assert len({host for _, host in ranks}) == 3, said


def test_a_repository_is_cloned_into_a_container_without_git(server, engine):
    with GitServers(host=f"{engine.subnet}.1") as servers:
        servers.make("small", {"hello.txt": "committed\n", "kept.txt": "kept\n"})
        clone = servers.clone("small", server.work / "small")
        (clone / "hello.txt").write_text("changed here\n")
        name, file = server.configuration(["cat hello.txt kept.txt"], image="box:1", working_dir="/workflow")
        ran = server.cli("apply", "-f", file.name, "-y", "-d", "-P", clone)
        assert ran.status == 0, ran
        assert server.wait_for(name)["status"] == "done", (server.job(name), server.logs(name, "-d"))
        assert text(server, name) == "changed here\nkept"


def test_a_stop_is_graceful_and_its_container_goes(server, engine):
    name = server.submit("trap 'echo bye; exit 0' INT; echo up; while :; do sleep 0.1; done", image="box:1")
    server.wait_for(name, "running")
    eventually("the job is up", lambda: "up" in server.logs(name))
    server.cli("stop", name, "-y")
    assert server.wait_for(name)["status"] == "terminated"
    assert "bye" in server.logs(name)
    assert engine.containers() == []


def test_a_job_that_names_no_image_runs_as_a_process(server):
    name = server.submit("cat /proc/1/comm")
    server.wait_for(name, "done")
    assert "dstack-runner" not in server.logs(name)


def test_a_job_that_names_no_image_runs_in_the_servers_default_image(engine):
    with Server(DOCKER_HOST=engine.host, DSTACK_SERVER_DEFAULT_IMAGE="box:1") as server:
        name = server.submit("cat /etc/group", shell="sh")
        server.wait_for(name, "done")
        assert text(server, name) == "root:x:0:\nworker:x:1000:"


# What is pulled.


def test_an_image_is_pulled_from_a_registry_with_progress(server, engine):
    with Registry() as registry:
        image = registry.push(engine, "box:1", "team/box:7", size=40 << 20)
        before = engine.run("images", "-q").stdout
        name = server.submit("echo here", image=image)
        seen = []

        def pulled():
            job = server.job(name)
            if job["image_pull_progress"]:
                seen.append(job["image_pull_progress"])
            return job["status"] in FINAL

        eventually("the run ends", pulled, every=0.02)
        job = server.job(name)
        assert job["status"] == "done", (job["termination_reason_message"], job["status_message"])
        assert seen and seen[-1]["total_bytes"] > 0, (seen, before)
        assert text(server, name) == "here"


def test_an_attached_apply_and_ps_show_how_far_a_pull_is(server, engine):
    with Registry(bytes_per_second=4 << 20) as registry:
        image = registry.push(engine, "box:1", "team/box:8", size=10 << 20)
        watch = server.spawn("ps", "-w")
        _, file = server.configuration("echo here", image=image)
        status, said = server.on_terminal("apply", "-f", file, "-y")
        watch.send_signal(signal.SIGINT)
        rows = [row for row in watch.communicate(timeout=30)[0].decode().splitlines() if "pulling" in row]
    assert status == 0 and "here" in said, said
    assert "━" in said and "MB unpacked/in/all" in said, said
    # What comes next is drawn over the bar.
    assert said.rindex("unpacked/in/all") < said.rindex("running"), said
    shown = {row.split("pulling ")[1].split("MB")[0] for row in rows if "MB" in row}
    assert len(shown) > 1, rows


def test_a_private_registry_needs_its_credentials(server, engine):
    with Registry(user="robot", password="let-me-in-9") as registry:
        image = registry.push(engine, "box:1", "box:1")
        name = server.submit("echo here", image=image)
        assert "registry_auth" in failure(server, name)
        name = server.submit("echo here", image=image, registry_auth={"username": "robot", "password": "wrong"})
        assert "the registry refused the credentials" in failure(server, name)
        assert server.cli("secret", "set", "registry", "let-me-in-9").status == 0
        name = server.submit("echo here", image=image,
                             registry_auth={"username": "robot", "password": "${{ secrets.registry }}"})
        assert server.wait_for(name)["status"] == "done"
        for file, content in files_below(server.scratch):
            assert b"let-me-in-9" not in content, file


# Bad input.


def test_an_image_whose_name_is_wrong(server):
    name = server.submit("true", image="localhost:1/nobody/nothing:1")
    message = failure(server, name)
    assert "cannot pull image 'localhost:1/nobody/nothing:1'" in message and "registry cannot be reached" in message


def test_an_image_that_the_registry_does_not_have(server, engine):
    with Registry() as registry:
        name = server.submit("true", image=f"{registry.address}/no/such:1")
        assert "check the image's name and tag" in failure(server, name)


def test_an_image_of_another_platform(server, engine):
    other = engine.run("commit", "--change", "ENV X=1", engine.run("create", "box:1", "true").stdout.strip(),
                       "other:1").stdout
    assert other
    engine.set_architecture("other:1", "s390x")
    name = server.submit("true", image="other:1")
    assert "made for s390x and this host is" in failure(server, name)


def test_an_entrypoint_that_is_not_there(server):
    name = server.submit(None, image="box:1", entrypoint="/no/such/program --flag")
    failure(server, name)
    assert "/no/such/program: command not found" in server.logs(name)
    assert server.job(name)["exit_status"] == 127


def test_a_user_that_is_not_there(server):
    name = server.submit("true", image="box:1", user="nobody-here")
    assert "no user 'nobody-here' in /etc/passwd" in failure(server, name)


def test_a_mount_path_that_is_not_there(server, tmp_path):
    name = server.submit("true", image="box:1", volumes=["/proc/no/such/folder:/data"])
    message = failure(server, name)
    assert "/proc/no/such/folder" in message and "make the directory on the host" in message
    # Where it can be made it is.
    name = server.submit("touch /data/here", image="worker:1", volumes=[f"{tmp_path}/new/folder:/data"])
    server.wait_for(name, "done")
    assert (tmp_path / "new/folder/here").exists()


def test_more_memory_than_there_is(server):
    name, file = server.configuration("true", image="box:1", resources={"memory": "50TB.."})
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status != 0 and "mem=51200GB" in ran.text and "Nothing was submitted" in ran.text, ran


def test_a_job_that_uses_more_memory_than_its_limit(server):
    name = server.submit("tail /dev/zero", image="box:1", resources={"memory": "32MB"})
    assert "out of memory" in failure(server, name), server.job(name)


def test_a_privileged_container_where_the_host_does_not_allow_it(server, engine):
    allowed = engine.run("run", "--rm", "--privileged", "box:1", "true", check=False).returncode == 0
    name = server.submit("true", image="box:1", privileged=True)
    if allowed:
        assert server.wait_for(name)["status"] == "done"
    else:
        assert "leave out `privileged`" in failure(server, name)


def test_an_image_without_docker_is_refused_by_name():
    with Server(DOCKER_HOST="unix:///nowhere/docker.sock") as server:
        _, file = server.configuration("true", image="box:1")
        ran = server.cli("apply", "-f", file.name, "-y", "-d")
        assert ran.status != 0 and "no Docker Engine answers" in ran.text and "apt-get install" in ran.text, ran
        assert "local (process)" in server.cli("fleet", "list").out


# What is survived.


@pytest.fixture
def own():
    """An engine and a server of the test's own."""
    with DockerEngine() as engine, Server(DOCKER_HOST=engine.host) as server:
        yield engine, server


def slow_task(server, seconds=4):
    name = server.submit(f"for i in $(seq {seconds * 10}); do echo line $i; sleep 0.1; done", image="box:1")
    server.wait_for(name, "running")
    return name


def lines(server, name):
    return [line for line in server.logs(name).splitlines() if line.startswith("line ")]


def test_the_shim_is_killed_and_finds_its_container_again(own):
    engine, server = own
    name = slow_task(server)
    [shim] = server.pids("dstack-shim")
    os.kill(shim, signal.SIGKILL)
    assert server.wait_for(name)["status"] == "done"
    assert lines(server, name) == [f"line {i}" for i in range(1, 41)]
    eventually("the container is gone", lambda: engine.containers() == [])


def test_the_server_is_killed_and_its_container_goes_on(own):
    engine, server = own
    name = slow_task(server)
    server.kill()
    server.start()
    assert server.wait_for(name)["status"] == "done"
    assert lines(server, name) == [f"line {i}" for i in range(1, 41)]
    eventually("the container is gone", lambda: engine.containers() == [])


def test_the_daemon_is_killed_and_what_became_of_the_container_is_told(own):
    engine, server = own
    name = slow_task(server, seconds=30)
    engine.kill()
    engine.start()
    run = server.wait_for(name)
    # A daemon without live-restore ends what it finds running.
    assert run["status"] == "failed" and "container" in server.job(name)["termination_reason_message"], run
    eventually("the container is gone", lambda: engine.containers() == [])


def test_the_daemon_is_stopped_and_the_run_is_tried_again(own):
    engine, server = own
    marks = server.scratch / "marks"
    marks.mkdir()
    name = server.submit("if [ -e /marks/first ]; then exit 0; fi; touch /marks/first; sleep 1000", image="box:1",
                         volumes=[f"{marks}:/marks"], retry={"on_events": ["error"], "duration": "1h"})
    server.wait_for(name, "running")
    eventually("its command runs", (marks / "first").exists)
    engine.stop()
    engine.start()
    run = server.wait_for(name, timeout=60)
    assert run["status"] == "done", run
    jobs = [s for job in run["jobs"] for s in job["job_submissions"]]
    assert len(jobs) == 2, jobs
    assert engine.containers() == []


def test_the_daemon_dies_in_the_middle_of_a_pull(own):
    engine, server = own
    with Registry(bytes_per_second=4 << 20) as registry:
        image = registry.push(engine, "box:1", "slow:1", size=30 << 20)
        name = server.submit("echo here", image=image)
        eventually("bytes come", lambda: (server.job(name)["image_pull_progress"] or {}).get("downloaded_bytes"),
                   every=0.02)
        engine.kill()
        engine.start()
        assert server.wait_for(name, timeout=60)["status"] == "done", server.job(name)


def test_the_disk_of_the_engine_is_full():
    place = pathlib.Path("/tmp/dstack-small-disk")
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], check=True)
    try:
        with DockerEngine(data=place / "data", driver="vfs") as engine, Server(DOCKER_HOST=engine.host) as server, \
                DockerEngine() as big, Registry() as registry:
            image = registry.push(big, "box:1", "big:1", size=60 << 20)
            name = server.submit("true", image=image)
            assert "disk of the Docker Engine is full" in failure(server, name)
    finally:
        subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(place, ignore_errors=True)
