"""Jobs on hosts of a fleet: hosts that are cut off, reboot and are not well; several nodes over several hosts."""

import json
import urllib.request

import pytest

from dstack_harness import Server, eventually
from ssh_hosts import Hosts

# As `torch.distributed` does: all connect to the first, which waits for them and adds up.
RENDEZVOUS = """
import os, socket
rank, size = int(os.environ["DSTACK_NODE_RANK"]), int(os.environ["DSTACK_NODES_NUM"])
master = (os.environ["DSTACK_MASTER_NODE_IP"], 29500)
if rank == 0:
    listener = socket.create_server(("", master[1]))
    total = 0
    for _ in range(size - 1):
        peer, _ = listener.accept()
        total += int(peer.makefile().readline())
        peer.close()
    print("sum", total, flush=True)
else:
    for _ in range(200):
        try:
            peer = socket.create_connection(master, timeout=20)
            break
        except ConnectionRefusedError:
            import time; time.sleep(0.05)
    peer.sendall(f"{rank}\\n".encode())
"""


@pytest.fixture(scope="module")
def hosts():
    with Hosts(3, docker=True) as hosts:
        for host in hosts:
            import_host_image(host)
        yield hosts


def import_host_image(host):
    """`host:1`: this machine's own programs, mounted into a container that has nothing but links to them."""
    host.exec(
        "mkdir -p /tmp/root/etc /tmp/root/usr /tmp/root/tmp /tmp/root/root && cd /tmp/root && ln -s usr/bin bin &&"
        " ln -s usr/sbin sbin && ln -s usr/lib lib && ln -s usr/lib64 lib64 && chmod 1777 tmp &&"
        " echo root:x:0:0:root:/root:/bin/bash > etc/passwd && echo root:x:0: > etc/group &&"
        " tar -C /tmp/root -c . | docker import - host:1 && rm -rf /tmp/root")


@pytest.fixture(scope="module")
def server(hosts):
    settings = {"DSTACK_SERVER_SSH_KEEPALIVE_SECONDS": "1", "DSTACK_SERVER_HOST_METRICS_INTERVAL_SECONDS": "1",
                "DSTACK_ENABLE_PROMETHEUS_METRICS": "1"}
    with Server(**settings) as server:
        path = server.work / "own.dstack.yml"
        path.write_text(
            f"type: fleet\nname: own\nplacement: cluster\nenv:\n  OF_THE_FLEET: all jobs\n  WHOSE: fleet\n"
            f"ssh_config:\n  user: root\n  identity_file: {hosts.key}\n"
            f"  hosts: [{', '.join(host.address for host in hosts)}]\n")
        made = server.cli("apply", "-f", path, "-y", timeout=120)
        assert made.status == 0, made
        yield server


def submit(server, commands, **properties):
    return server.submit(commands, **{"image": "box:1", "fleets": ["own"], **properties})


def instances(server):
    return json.loads(server.cli("fleet", "get", "own", "--json").text)["instances"]


def host_of(server, hosts, run):
    hostname = server.job(run)["job_provisioning_data"]["hostname"]
    return next(host for host in hosts if host.address == hostname)


def test_a_cut_line_fails_no_job_and_loses_no_line(server, hosts):
    run = submit(server, "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.02; done")
    server.wait_for(run, "running", timeout=60)
    host = host_of(server, hosts, run)
    eventually("it writes", lambda: "line 20" in server.logs(run))
    host.cut()
    eventually("the host is said to be unreachable",
               lambda: any(i["unreachable"] for i in instances(server)), timeout=60)
    host.heal()
    assert server.wait_for(run, timeout=60)["status"] == "done", server.job(run)
    lines = [line for line in server.logs(run).splitlines() if line.startswith("line ")]
    assert lines == [f"line {n + 1}" for n in range(400)]
    eventually("the host is reachable again", lambda: not any(i["unreachable"] for i in instances(server)))


def test_a_reboot_ends_its_jobs_in_words_and_takes_new_ones(server, hosts):
    run = submit(server, "echo up; sleep 600", instances=["own-0"])
    server.wait_for(run, "running", timeout=60)
    eventually("the job is up", lambda: "up" in server.logs(run))
    host = host_of(server, hosts, run)
    host.reboot()
    ended = server.wait_for(run, timeout=120)
    assert ended["status"] == "failed", ended
    assert "rebooted" in server.job(run)["termination_reason_message"], server.job(run)
    again = submit(server, "echo $OF_THE_FLEET $WHOSE", instances=["own-0"], env={"WHOSE": "job"})
    assert server.wait_for(again, timeout=90)["status"] == "done", server.job(again)
    assert server.logs(again).strip().endswith("all jobs job")


def test_a_host_that_is_not_well_is_shown_and_passed_over(server, hosts):
    def health():
        return {i["hostname"]: i["health_status"] for i in instances(server)}

    eventually("all are well", lambda: set(health().values()) == {"healthy"})
    hosts[1].exec("pkill -KILL -x dockerd; rm -f /var/run/docker.pid /run/docker.pid")
    eventually("the failure is seen", lambda: health()[hosts[1].address] == "failure", timeout=60)
    status, told = server.request(
        "POST", "/api/project/main/instances/get_instance_health_checks", {"fleet_name": "own", "instance_num": 1})
    assert status == 200 and told["health_checks"][0]["status"] == "failure", told
    assert "Docker Engine does not answer" in told["health_checks"][0]["events"][0]["message"], told
    # A shim that starts while Docker is down knows that it is one of those that need it.
    old = hosts[1].exec("pgrep -x dstack-shim").stdout.split()
    hosts[1].exec("pkill -KILL -x dstack-shim")
    look = ("import urllib.request as u; print(u.urlopen('http://127.0.0.1:10998/api/instance/health').read().decode())")
    eventually("another shim looks", lambda: (
        hosts[1].exec("pgrep -x dstack-shim", check=False).stdout.split() not in ([], old)
        and "Docker Engine does not answer" in hosts[1].exec(f'python3 -c "{look}"', check=False).stdout), timeout=30)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=20) as answer:
        metrics = answer.read().decode()
    assert 'dstack_instance_memory_total_bytes{' in metrics and 'dstack_instance_health{' in metrics, metrics[:2000]
    runs = [submit(server, "sleep 600") for _ in range(2)]
    for run in runs:
        server.wait_for(run, "running", timeout=60)
        assert host_of(server, hosts, run) is not hosts[1]
    # Nobody is on the one that is not well, and still the next one waits.
    third = submit(server, "hostname")
    eventually("it is told that it waits", lambda: "all are taken" in (server.job(third)["error"] or ""))
    for run in runs:
        assert server.cli("stop", run, "-y", "-x").status == 0
    assert server.wait_for(third, timeout=60)["status"] == "done", server.job(third)
    assert host_of(server, hosts, third) is not hosts[1]
    hosts[1].start_docker()
    eventually("it is well again", lambda: health()[hosts[1].address] == "healthy", timeout=60)
    shown = server.cli("fleet", "get", "own")
    history = shown.out[shown.out.index("HEALTH"):].splitlines()
    begin = next(number for number, line in enumerate(history) if line.split()[:1] == ["own-1"])
    assert "healthy" in history[begin] and "failure" in history[begin + 1], shown


def test_nodes_on_three_hosts_find_one_another(server):
    (server.work / "rendezvous.py").write_text(RENDEZVOUS)
    run = submit(server, "python3 rendezvous.py", nodes=3, image="host:1", files=["rendezvous.py"],
                 volumes=["/usr:/usr", "/etc/alternatives:/etc/alternatives"])
    assert server.wait_for(run, timeout=90)["status"] == "done", (server.job(run), server.logs(run), server.logs(run, "-d"))
    assert "sum 3" in server.logs(run)
    # Each has the network of its host.
    assert server.job(run)["job_runtime_data"]["network_mode"] == "host"


def test_openmpi_over_three_hosts(server):
    run = submit(
        server,
        ["if [ $DSTACK_NODE_RANK != 0 ]; then sleep 300; fi",
         "mpirun --allow-run-as-root --oversubscribe --map-by node --hostfile $DSTACK_MPI_HOSTFILE -np $DSTACK_NODES_NUM"
         " sh -c 'echo rank $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE on $(hostname)'"],
        nodes=3, image="host:1", startup_order="workers-first", stop_criteria="master-done",
        volumes=[f"{folder}:{folder}" for folder in ("/usr", "/etc/alternatives", "/etc/openmpi")])
    ended = server.wait_for(run, timeout=120)
    said = server.logs(run)
    assert ended["status"] == "done", (ended, said, server.logs(run, "-d"))
    ranks = sorted(line.split(" on ") for line in said.splitlines() if line.startswith("rank "))
    assert [rank for rank, _ in ranks] == [f"rank {n} of 3" for n in range(3)], said
    assert len({host for _, host in ranks}) == 3, said
