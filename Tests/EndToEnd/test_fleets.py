"""Fleets over SSH with real hosts: made, used, changed and given back by our CLI."""

import json
import sqlite3

import pytest

from attached import Attached
from dstack_harness import Server, eventually
from ssh_hosts import Hosts


@pytest.fixture(scope="module")
def hosts():
    with Hosts(3, docker=True) as hosts:
        for host in hosts:
            host.make_images()
        yield hosts


@pytest.fixture(scope="module")
def server():
    with Server(DSTACK_SERVER_DEFAULT_IMAGE="worker:1") as server:
        yield server


def fleet_file(server, name, hosts, more=""):
    lines = "".join(f"    - {host.address}\n" for host in hosts)
    path = server.home / f"{name}.dstack.yml"
    path.write_text(
        f"type: fleet\nname: {name}\n{more}ssh_config:\n  user: {hosts[0].user}\n"
        f"  identity_file: {hosts[0].key}\n  hosts:\n{lines}")
    return path


def instances(server, name):
    answer = server.cli("fleet", "get", name, "--json")
    return json.loads(answer.text)["instances"] if answer.status == 0 else []


def test_a_fleet_is_set_up_used_changed_and_given_back(server, hosts):
    two = [hosts[0], hosts[1]]
    applied = server.cli("apply", "-f", fleet_file(server, "pair", two), "-y", timeout=120)
    assert applied.status == 0, applied
    for host in two:
        assert f"{host.address}: ready" in applied.text, applied
    shown = instances(server, "pair")
    assert [(i["hostname"], i["status"]) for i in shown] == [(h.address, "idle") for h in two]
    assert shown[0]["instance_type"]["resources"]["cpus"] > 0
    assert not any("PRIVATE" in text for text in (applied.text, json.dumps(shown)))

    # A job without an image runs in a container there, one that names the fleet.
    run = server.submit(["echo from the host"], shell="sh", fleets=["pair"])
    server.wait_for(run, "done", timeout=60)
    assert "from the host" in server.logs(run)
    assert server.run(run)["fleet"]["name"] == "pair"

    # Nothing is given back while a job is there.
    busy = server.submit(["sleep 600"], shell="sh", fleets=["pair"])
    server.wait_for(busy, "running", timeout=60)
    refused = server.cli("fleet", "delete", "pair", "-y")
    assert refused.status == 1 and "Fleet is in use" in refused.text, refused
    server.cli("stop", busy, "-y", "-x")
    server.wait_for(busy, "terminated")

    # One host goes, another comes; the third stays as it is.
    shim = hosts[1].exec("pgrep -x dstack-shim").stdout
    changed = server.cli("apply", "-f", fleet_file(server, "pair", [hosts[1], hosts[2]]), "-y", timeout=120)
    assert changed.status == 0, changed
    eventually(
        "the hosts changed",
        lambda: [i["hostname"] for i in instances(server, "pair")] == [hosts[1].address, hosts[2].address])
    eventually("nothing is left of the first host", lambda: not traces(hosts[0]))
    assert hosts[1].exec("pgrep -x dstack-shim").stdout == shim

    # Its events and those of its hosts, to its end.
    with Attached(server, "event", "-w", "--within-fleet", "pair") as feed:
        feed.until("[fleet pair] Fleet created. Status: ACTIVE")
        feed.until("[instance pair-0] Instance created on fleet submission. Status: PENDING")
        feed.until("[instance pair-2] Instance created on fleet update. Status: PENDING")
        gone = server.cli("fleet", "delete", "pair", "-y")
        assert gone.status == 0, gone
        feed.until("[👤admin] [fleet pair] Fleet status changed ACTIVE -> TERMINATING")
        feed.until("] [fleet pair] Fleet status changed TERMINATING -> TERMINATED")
        assert feed.said.count("[fleet pair]") == 3, feed.said
    eventually("the fleet is gone", lambda: server.cli("fleet", "get", "pair", "--json").status == 1, every=0.3)
    for host in hosts:
        assert not traces(host), traces(host)


def traces(host):
    """What dstack left on a host."""
    found = host.exec("pgrep -x dstack-shim; ls -d /root/.dstack; cat /root/.ssh/authorized_keys | grep dstack",
                      check=False).stdout
    return found.strip()


def test_hosts_that_cannot_be_set_up_are_named_and_the_others_go_on(server, hosts):
    path = server.home / "mixed.dstack.yml"
    path.write_text(
        f"type: fleet\nname: mixed\nssh_config:\n  user: root\n  identity_file: {hosts[0].key}\n  hosts:\n"
        f"    - {hosts[0].address}\n    - hostname: {hosts[1].address}\n      user: nobody\n")
    applied = server.cli("apply", "-f", path, "-y", timeout=120)
    assert applied.status == 1, applied
    assert f"{hosts[0].address}: ready" in applied.text
    assert f'{hosts[1].address}: the server refuses the key for user "nobody"' in applied.text, applied
    assert "1 of 2 hosts failed; the others are ready" in applied.text, applied
    other = server.cli("apply", "-f", fleet_file(server, "second", [hosts[0]]), "-y")
    assert other.status == 1 and "already assigned to a fleet" in other.text, other
    assert server.cli("fleet", "delete", "mixed", "-y").status == 0
    eventually("the fleet is gone", lambda: server.cli("fleet", "get", "mixed", "--json").status == 1, every=0.3)


def test_a_host_that_is_put_back_at_once_waits_until_it_is_given_back(server, hosts):
    both = fleet_file(server, "again", [hosts[0], hosts[1]])
    both = both.rename(both.with_name("both.dstack.yml"))
    one = fleet_file(server, "again", [hosts[0]])
    assert server.cli("apply", "-f", both, "-y", timeout=120).status == 0
    hosts[1].cut()  # So that it is not given back before the next set-up begins.
    try:
        assert server.cli("apply", "-f", one, "-y", "-d").status == 0
        with Attached(server, "apply", "-f", both, "-y") as back:
            back.until(f"waits until {hosts[1].address} is given back by fleet 'again'")
            hosts[1].heal()
            assert back.ended(120) == 0 and f"{hosts[1].address}: ready" in back.said, back.said
    finally:
        hosts[1].heal()
    found = traces(hosts[1])
    assert "/root/.dstack" in found and found.count("added by dstack") == 1, found
    run = server.submit(["echo back on $(hostname)"], shell="sh", instances=[{"hostname": hosts[1].address}])
    server.wait_for(run, "done", timeout=60)

    # One that is given back by its number comes back by the same file; the fleet goes by its file.
    number = next(i["instance_num"] for i in instances(server, "again") if i["hostname"] == hosts[0].address)
    assert server.cli("fleet", "delete", "again", "-i", number, "-y").status == 0
    back = server.cli("apply", "-f", both, "-y", timeout=120)
    assert back.status == 0 and f"{hosts[0].address}: ready" in back.text, back
    hosts[0].exec("cp -a /opt/dstack /opt/kept")
    gone = server.cli("delete", "-f", both, "-y", timeout=60)
    assert gone.status == 0 and "Fleet again deleted" in gone.text, gone
    assert server.cli("fleet", "get", "again", "--json").status == 1
    for host in hosts:
        assert not traces(host), traces(host)
    again = server.cli("delete", "-f", both, "-y")
    assert again.status == 1 and "Fleet again does not exist" in again.text, again

    # As after a removal that was given up: what the ended instance left is removed, and the host set up.
    hosts[0].exec("mv /opt/kept /opt/dstack")
    back = server.cli("apply", "-f", one, "-y", timeout=120)
    assert back.status == 0 and f"{hosts[0].address}: ready" in back.text, back
    assert server.cli("delete", "-f", one, "-y", timeout=60).status == 0
    assert not traces(hosts[0]), traces(hosts[0])


def test_a_host_behind_a_jump_host_is_known_by_the_way_to_it_until_it_is_given_back(server, hosts):
    def known():
        with sqlite3.connect(server.folder / "data" / "dstack.sqlite", timeout=10) as database:
            return sorted(row[0] for row in database.execute("SELECT route FROM known_hosts"))

    assert known() == []
    jump = f"    user: {hosts[0].user}\n    hostname: {hosts[0].address}\n    identity_file: {hosts[0].key}\n"
    path = fleet_file(server, "behind", [hosts[1]])
    path.write_text(path.read_text().replace("  hosts:\n", f"  proxy_jump:\n{jump}  hosts:\n"))
    applied = server.cli("apply", "-f", path, "-y", timeout=120)
    assert applied.status == 0 and f"{hosts[1].address}: ready" in applied.text, applied
    assert known() == [f"{hosts[0].address}:22", f"{hosts[0].address}:22 {hosts[1].address}:22"]
    run = server.submit(["echo from behind"], shell="sh", fleets=["behind"])
    server.wait_for(run, "done", timeout=60)
    assert server.cli("delete", "-f", path, "-y", timeout=60).status == 0
    assert known() == []
