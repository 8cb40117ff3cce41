"""The official command line makes, uses and deletes a fleet of hosts."""

import pytest

from dstack_harness import OFFICIAL_CLI, Server, eventually
from ssh_hosts import Hosts


@pytest.fixture(scope="module")
def hosts():
    with Hosts(2, docker=True) as hosts:
        for host in hosts:
            host.make_images()
        yield hosts


def test_a_fleet_of_hosts(hosts):
    with Server() as server:
        dstack = lambda *words, **more: server.cli(*words, program=OFFICIAL_CLI, **more)  # noqa: E731
        path = server.work / "fleet.dstack.yml"
        path.write_text(
            f"type: fleet\nname: own\nplacement: cluster\nssh_config:\n  user: root\n  identity_file: {hosts.key}\n"
            "  hosts:\n" + "".join(f"    - {host.address}\n" for host in hosts))
        applied = dstack("apply", "-f", "fleet.dstack.yml", "-y", cwd=server.work, timeout=120)
        assert applied.status == 0, applied
        assert applied.out.count("idle") == 2, applied
        listed = dstack("fleet")
        assert "own" in listed.out and "ssh (remote)" in listed.out, listed
        told = " ".join(dstack("event", "--target-fleet", "own").out.split())
        assert "[fleet own] Fleet created. Status: ACTIVE" in told and told.count("[fleet") == 1, told
        told = " ".join(dstack("event", "--within-fleet", "own").out.split())
        assert "[instance own-1] Instance created on fleet submission. Status: PENDING" in told, told
        fleet = server.api("project/main/fleets/get", {"name": "own"})["id"]

        name = server.submit(["echo hello from $DSTACK_NODE_RANK"], program=OFFICIAL_CLI, image="box:1", nodes=2,
                             fleets=["own"])
        assert server.wait_for(name, timeout=60)["status"] == "done", server.job(name)
        assert "hello from 0" in server.logs(name, program=OFFICIAL_CLI)

        again = dstack("apply", "-f", "fleet.dstack.yml", "-y", cwd=server.work)
        assert "No configuration changes detected" in again.out, again
        path.write_text(path.read_text().replace(f"    - {hosts[1].address}\n", ""))
        changed = dstack("apply", "-f", "fleet.dstack.yml", "-y", cwd=server.work, timeout=120)
        assert changed.status == 0 and "updated in-place" in changed.out, changed
        one = dstack("fleet", "delete", "own", "-i", "0", "-y")
        assert one.status == 0, one
        gone = dstack("fleet", "delete", "own", "-y")
        assert gone.status == 0, gone
        eventually("the fleet is gone", lambda: "own" not in dstack("fleet").out, every=0.5)
        ends = server.api("events/list", {"target_fleets": [fleet], "limit": 2})
        assert [end["message"] for end in ends] == [
            f"Fleet status changed {change}" for change in ("TERMINATING -> TERMINATED", "ACTIVE -> TERMINATING")], ends
        assert [end["actor_user"] for end in ends] == [None, "admin"], ends

        # And by its configuration.
        applied = dstack("apply", "-f", "fleet.dstack.yml", "-y", cwd=server.work, timeout=120)
        assert applied.status == 0, applied
        deleted = dstack("delete", "-f", "fleet.dstack.yml", "-y", cwd=server.work, timeout=60)
        assert deleted.status == 0 and "deleted" in deleted.out, deleted
        assert "own" not in dstack("fleet").out
