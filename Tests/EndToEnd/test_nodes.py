"""Runs of several nodes on this machine, each a process with an address of its own; and the queue for slots."""

import os
import signal

import pytest
from dstack_harness import Server, eventually

VARIABLES = [
    'echo "rank=$DSTACK_NODE_RANK num=$DSTACK_NODES_NUM master=$DSTACK_MASTER_NODE_IP gpus=$DSTACK_GPUS_NUM"',
    'echo "ips=$(echo $DSTACK_NODES_IPS)"',
    'echo "hosts=$(echo $(cat $DSTACK_MPI_HOSTFILE))"',
]


def node_logs(server, name, nodes):
    return [server.logs(name, "--job", number) for number in range(nodes)]


def jobs(server, name):
    """The latest submission of each node."""
    return [job["job_submissions"][-1] for job in server.run(name)["jobs"]]


def outcomes(server, name):
    return [(job["status"], job["termination_reason"]) for job in jobs(server, name)]


def test_every_node_knows_all(shared):
    name = shared.submit(VARIABLES, nodes=3)
    assert shared.wait_for(name)["status"] == "done"
    logs = node_logs(shared, name, 3)
    ips = logs[0].splitlines()[1].removeprefix("ips=").split()
    assert len(set(ips)) == 3, logs
    for rank, log in enumerate(logs):
        assert log.splitlines() == [
            f"rank={rank} num=3 master={ips[0]} gpus=0", "ips=" + " ".join(ips), "hosts=" + " ".join(ips)], logs
    assert shared.logs(name) == logs[0]


def test_groups_have_commands_of_their_own_and_know_one_another(shared):
    name, file = shared.configuration(groups=[
        {"name": "head", "nodes": 1, "commands": ["echo head ${{ groups[1].nodes[1].IP_ADDRESS }}"]},
        {"name": "tail", "nodes": 2, "commands": ["echo tail ${{ groups[0].nodes[0].IP_ADDRESS }} $DSTACK_NODES_IPS"]},
    ])
    ran = shared.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0, ran
    assert shared.wait_for(name)["status"] == "done"
    head, first, second = node_logs(shared, name, 3)
    _, master, *ips = first.split()
    assert first == second and ips[0] == master, (first, second)
    assert head.split() == ["head", ips[2]], (head, ips)


PROGRAM = """
import os, socket, sys
ips = os.environ["DSTACK_NODES_IPS"].split()
rank = int(os.environ["DSTACK_NODE_RANK"])
server = socket.create_server((ips[rank], 4242))
def ask(ip):
    while True:
        try:
            with socket.create_connection((ip, 4242), timeout=20) as peer:
                return peer.makefile().read()
        except ConnectionRefusedError:
            pass  # That node is not there yet.
if rank == 0:
    print(" ".join(ask(ip) for ip in ips[1:]))
    for ip in ips[1:]:
        ask(ip)
else:
    for _ in range(2):
        peer, _ = server.accept()
        peer.sendall(f"node {rank}".encode())
        peer.close()
"""


def test_a_socket_program_across_three_nodes(shared):
    (shared.work / "program.py").write_text(PROGRAM)
    name = shared.submit("python3 program.py", nodes=3, files=["program.py"])
    assert shared.wait_for(name)["status"] == "done"
    assert shared.logs(name) == "node 1 node 2\n"


def test_openmpi_over_the_host_file_and_a_master_that_ends_the_run(shared):
    # A process has no SSH server of its own: MPI's daemons of the other nodes are started without it. They are on one
    # machine, and each gets a folder of its own: two of them make a shared one at once, and one of them fails.
    agent = shared.work / "agent"
    agent.write_text(
        '#!/bin/sh\n# agent HOST COMMAND...\nshift\nOMPI_MCA_orte_tmpdir_base=$(mktemp -d) exec sh -c "$*"\n')
    agent.chmod(0o755)
    name = shared.submit(
        ["if [ $DSTACK_NODE_RANK = 0 ]; then"
         " mpirun --allow-run-as-root --oversubscribe --map-by node --mca plm_rsh_agent $PWD/agent"
         " --hostfile $DSTACK_MPI_HOSTFILE -np $DSTACK_NODES_NUM"
         " sh -c 'echo rank $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE'; else sleep 300; fi"],
        nodes=3, startup_order="workers-first", stop_criteria="master-done", files=["agent"])
    run = shared.wait_for(name, timeout=60)
    log = shared.logs(name)
    assert run["status"] == "done", log
    # It warns of a process group now and then.
    ranks = [line for line in log.splitlines() if line.startswith("rank ")]
    assert sorted(ranks) == [f"rank {rank} of 3" for rank in range(3)], log
    assert outcomes(shared, name) == [("done", "done_by_runner")] * 3


def test_one_node_fails_and_the_others_end(shared):
    name = shared.submit("if [ $DSTACK_NODE_RANK = 1 ]; then exit 7; fi; sleep 300", nodes=3)
    run = shared.wait_for(name)
    assert (run["status"], run["termination_reason"]) == ("failed", "job_failed"), run
    assert outcomes(shared, name) == [
        ("terminated", "terminated_by_server"), ("failed", "container_exited_with_error"),
        ("terminated", "terminated_by_server")]
    assert jobs(shared, name)[1]["exit_status"] == 7


def test_a_retry_submits_all_nodes_again(shared):
    marker = shared.scratch / "failed-once"
    name = shared.submit(
        f"if [ $DSTACK_NODE_RANK = 1 ] && [ ! -e {marker} ]; then touch {marker}; exit 1; fi; echo $DSTACK_NODES_IPS",
        nodes=3, retry={"on_events": ["error"], "duration": "10m"})
    assert shared.wait_for(name, timeout=60)["status"] == "done"
    assert [job["submission_num"] for job in jobs(shared, name)] == [1, 1, 1]
    logs = node_logs(shared, name, 3)
    assert len(set(logs)) == 1 and len(set(logs[0].split())) == 3, logs


@pytest.mark.parametrize("order, first", [("master-first", [0]), ("workers-first", [1, 2])])
def test_startup_order(shared, order, first):
    name = shared.submit("true", nodes=3, startup_order=order)
    assert shared.wait_for(name)["status"] == "done"
    began = [event["job_name"] for event in shared.history(name) if event["kind"] == "job" and event["to"] == "running"]
    assert {int(job.split("-")[-2]) for job in began[:len(first)]} == set(first), began


def test_stop_and_abort_end_all_nodes(shared):
    for flags, status in (([], ("terminated", "terminated_by_user")), (["-x"], ("aborted", "aborted_by_user"))):
        name = shared.submit("sleep 300", nodes=3)
        eventually("all nodes run", lambda: {job["status"] for job in jobs(shared, name)} == {"running"})
        assert shared.cli("stop", *flags, name, "-y").status == 0
        shared.wait_for(name, timeout=20)
        assert outcomes(shared, name) == [status] * 3


def test_attached_apply_shows_the_master_and_ps_a_line_for_each_node(shared):
    name, file = shared.configuration("echo I am $DSTACK_NODE_RANK", nodes=2)
    ran = shared.cli("apply", "-f", file.name, "-y")
    assert ran.status == 0, ran
    assert "I am 0" in ran.out and "I am 1" not in ran.out, ran
    lines = [line.split() for line in shared.cli("ps", "-a", "-n", "1").out.splitlines()]
    assert [line[0] for line in lines[1:]] == [name, "job=0", "job=1"], lines


def test_the_server_is_killed_while_nodes_wait_for_each_other(server):
    gate = server.scratch / "gate"
    name = server.submit(
        f"while [ ! -e {gate} ]; do sleep 0.05; done; echo $DSTACK_NODE_RANK $DSTACK_NODES_IPS", nodes=3,
        startup_order="master-first")
    server.wait_for(name, "running")
    server.kill()
    server.start()
    gate.touch()
    assert server.wait_for(name)["status"] == "done"
    assert [log.split()[0] for log in node_logs(server, name, 3)] == ["0", "1", "2"]


def test_the_server_and_nodes_that_have_no_address_yet(server):
    """The shim hangs, so that no node gets an address; the server is killed meanwhile."""
    server.wait_for(server.submit("true"))
    [shim] = server.pids("dstack-shim")
    os.kill(shim, signal.SIGSTOP)
    try:
        name = server.submit("echo $DSTACK_NODES_IPS", nodes=3)
        server.wait_for(name, "provisioning")
        server.kill()
        server.start(wait=False)
    finally:
        os.kill(shim, signal.SIGCONT)
    server.wait_until_ready()
    assert server.wait_for(name)["status"] == "done"
    assert len(set(node_logs(server, name, 3))) == 1


def test_two_big_runs_do_not_hold_each_other_up():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="4") as server:
        names = [server.submit("sleep 1; echo $DSTACK_NODES_IPS", nodes=3) for _ in range(2)]
        for name in names:
            assert server.wait_for(name)["status"] == "done"
            assert len(set(node_logs(server, name, 3))) == 1


def test_more_nodes_than_slots_is_refused():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="2") as server:
        name = server.submit("true", nodes=3)
        run = server.wait_for(name)
        assert run["status"] == "failed", run
        job = run["latest_job_submission"]
        assert job["termination_reason"] == "failed_to_start_due_to_no_capacity"
        assert "3 nodes" in job["termination_reason_message"] and "2 slots" in job["termination_reason_message"], job


def test_ps_v_says_what_a_run_waits_for():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="2", COLUMNS="300") as server:
        first = server.submit("sleep 300")
        server.wait_for(first, "running")
        gang = server.submit("true", nodes=2)
        single = server.submit("true")

        def told():
            lines = server.cli("ps", "-v").out.splitlines()
            return [line for line in lines if "Waiting for" in line] if len(lines) > 4 else None

        lines = eventually("three jobs say what they wait for", lambda: (told() or []) if len(told() or []) == 3 else None)
        text = "\n".join(lines)
        assert text.count("Waiting for 2 of the 2 slots of local-0 at once, one for each node") == 2, text
        assert "Waiting for one of the 2 slots of local-0: what is free is kept for a run before it" in text, text
        assert server.cli("stop", "-x", first, "-y").status == 0
        for name in (gang, single):
            assert server.wait_for(name)["status"] == "done"


def test_priority_goes_first_and_max_duration_counts_from_running():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        gate = server.scratch / "gate"
        first = server.submit(f"until [ -e {gate} ]; do sleep 0.05; done; sleep 4")
        server.wait_for(first, "running")
        low = server.submit("sleep 2", max_duration="5s")
        high = server.submit("true", priority=5)
        gate.touch()
        assert server.wait_for(low)["status"] == "done", "its four seconds of waiting must not count"
        started = {}
        for name in (low, high):
            started[name] = next(e["seq"] for e in server.history(name) if e["kind"] == "job" and e["to"] == "running")
        assert started[high] < started[low]


def test_the_oldest_goes_first():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="1") as server:
        first = server.submit("sleep 300")
        server.wait_for(first, "running")
        names = [server.submit("true") for _ in range(3)]
        assert server.cli("stop", "-x", first, "-y").status == 0
        begun = []
        for name in names:
            server.wait_for(name)
            begun.append(next(e["seq"] for e in server.history(name) if e["kind"] == "job" and e["to"] == "running"))
        assert begun == sorted(begun)


def test_the_server_is_killed_at_any_moment_and_each_node_runs_once():
    with Server(DSTACK_LOCAL_FLEET_SLOTS="4") as server:
        for turn, order in enumerate(("any", "master-first", "workers-first")):
            marks = server.scratch / f"marks-{turn}"
            marks.mkdir()
            names = [
                server.submit(
                    f"echo $DSTACK_NODE_RANK $DSTACK_NODES_IPS; touch {marks}/$DSTACK_RUN_NAME-$DSTACK_NODE_RANK-$$",
                    nodes=3, startup_order=order) for _ in range(2)]
            for _ in range(2):
                server.kill()
                server.start()
            for name in names:
                assert server.wait_for(name, timeout=40)["status"] == "done"
                logs = [log.split() for log in node_logs(server, name, 3)]
                assert [log[0] for log in logs] == ["0", "1", "2"], logs
                assert logs[0][1:] == logs[1][1:] == logs[2][1:], logs
                ran = sorted(mark.name.rsplit("-", 1)[0] for mark in marks.glob(f"{name}-*"))
                assert ran == [f"{name}-{rank}" for rank in range(3)], ran
