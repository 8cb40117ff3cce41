"""Machines of the user's become hosts of a fleet over SSH alone, run jobs, and are given back as they were."""

import json
import re
import subprocess

from dstack_harness import Server, eventually
from ssh_hosts import Hosts

# What Docker, systemd and sshd write on any host, whoever uses it.
OWN_OF_THE_HOST = ("/etc/docker/key.json", "/opt/containerd", "/var/", "/tmp/", "/etc/.pwd.lock", "/etc/mtab")


def fleet(server, name, hosts, **more):
    """Applies a fleet of hosts, which are configurations or `Host`s; returns what the CLI said."""
    hosts = [host if isinstance(host, dict) else {"hostname": host.address, "user": host.user} for host in hosts]
    file = server.work / f"{name}.dstack.yml"
    ssh = {"identity_file": str(more.pop("key")), "hosts": hosts}
    file.write_text(json.dumps({"type": "fleet", "name": name, "ssh_config": ssh, **more}))
    ran = server.cli("apply", "-f", file.name, "-y", "-d")
    assert ran.status == 0, ran
    return ran


def instances(server, name):
    """The fleet's instances by host name."""
    found = next(one for one in server.api("project/main/fleets/list") if one["name"] == name)
    return {one["hostname"]: one for one in found["instances"]}


def settled(server, name):
    """The instances, once none of them is being set up any more."""

    def question():
        found = instances(server, name)
        return found if all(one["status"] in ("idle", "busy", "terminated") for one in found.values()) else None

    return eventually(f"the hosts of {name} are set up or refused", question, timeout=60)


def test_hosts_are_set_up_used_and_given_back():
    with Hosts(1, docker=True) as hosts, Server() as server:
        hosts.add(systemd=True, user="worker", sudo="free")
        fleet(server, "own", hosts, key=hosts.key, env={"GREETING": "it's $HOME"})
        found = settled(server, "own")
        assert {one["status"] for one in found.values()} == {"idle"}, found
        for host in hosts:
            resources = found[host.address]["instance_type"]["resources"]
            assert resources["cpus"] == int(host.exec("nproc").stdout)
            keys = host.ssh("cat .ssh/authorized_keys").stdout
            assert keys.count("# added by dstack") == 1, keys
            assert host.changes(but=OWN_OF_THE_HOST)
        name = server.submit("echo hello from a container of $(hostname)", image="box:1")
        run = server.wait_for(name, timeout=60)
        assert run["status"] == "done", run
        assert "hello from a container" in server.logs(name)
        ran = server.cli("fleet", "delete", "own", "-y")
        assert ran.status == 0, ran
        eventually("the fleet is gone", lambda: "own" not in [
            one["name"] for one in server.api("project/main/fleets/list")], timeout=60)
        for host in hosts:
            assert host.changes(but=OWN_OF_THE_HOST) == {}, host.name
            assert not [words for words in host.processes() if "/opt/dstack" in words]
            assert host.containers() == []


def test_what_is_wrong_with_a_host_is_said_and_the_others_go_on():
    with Hosts(1, docker=True) as hosts, Server() as server:
        good = hosts[0]
        bare = hosts.add(docker=False)
        asleep = hosts.add(docker="stopped")
        powerless = hosts.add(user="worker", sudo="password")
        closed = hosts.add(docker=True, forwarding=False)
        small = hosts.add(docker=True, disk_mb=90)
        taken = hosts.add(docker=True)
        elsewhere = hosts.add(docker=True, keys_file="/etc/ssh/keys")
        listener = subprocess.Popen(
            ["nsenter", "-n", "-t", str(taken.pid), "busybox", "httpd", "-f", "-p", "127.0.0.1:10998"])
        try:
            eventually("something listens there", lambda: ":10998" in taken.exec("ss -ltn").stdout)
            fleet(server, "mixed", hosts, key=hosts.key)
            found = eventually("the good one is idle", lambda: instances(server, "mixed").get(good.address, {}).get(
                "status") == "idle" and instances(server, "mixed"), timeout=60)
            for host, words in ((bare, "has no Docker; install it there"),
                                (asleep, "its engine does not answer"),
                                (closed, "its sshd refuses forwarding to 127.0.0.1:10998; set `AllowTcpForwarding yes`"),
                                (powerless, "user 'worker' may not use sudo without a password"),
                                (small, "MiB; make room there"),
                                (elsewhere, "does not let 'root' in by the project's key"),
                                (taken, "has another service on port 10998")):
                def told():
                    return words in json.dumps(instances(server, "mixed")[host.address])

                eventually(f"{host.name}: {words}", told, timeout=30)
            assert found
            # The host that cannot be kept is left as it was.
            eventually("nothing is left there", lambda: not [
                words for words in elsewhere.processes() if "/opt/dstack" in words], timeout=30)
        finally:
            listener.kill()
            listener.wait()


def test_hosts_behind_another_one():
    with Hosts(0) as hosts, Server() as server:
        # The gate's sshd is as OpenSSH has it: it drops who comes eleventh.
        gate, inside = hosts.add_all({"max_startups": "10:30:100"}, {"docker": True})
        key = server.work / "gate_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key], check=True)
        gate.exec("cat >> /root/.ssh/authorized_keys", input=key.with_suffix(".pub").read_text())
        jump = {"hostname": gate.address, "user": "root", "identity_file": str(key)}
        fleet(server, "inner", [{"hostname": inside.address, "user": "root", "proxy_jump": jump}], key=hosts.key)
        assert settled(server, "inner")[inside.address]["status"] == "idle"
        name = server.submit("echo behind the gate", image="box:1")
        assert server.wait_for(name, timeout=60)["status"] == "done"
        assert "behind the gate" in server.logs(name)
        # Who came to the host came from the gate.
        assert gate.address in inside.exec("ss -Htn state established 'sport = :22'").stdout
        many_behind(server, gate)
        assert server.cli("fleet", "delete", "inner", "-y").status == 0
        eventually("nothing is left there", lambda: not [
            words for words in inside.processes() if "/opt/dstack" in words], timeout=30)


def many_behind(server, gate):
    """Each of many hosts gets through the gate, and one whose port hangs up is told so while it is tried again."""
    gate.exec("/usr/sbin/sshd -p 2222 -o MaxStartups=100:30:200 -o PidFile=none")
    gate.exec("setsid busybox nc -ll -p 2223 -e /bin/true </dev/null >/dev/null 2>&1 &")
    eventually("both listen", lambda: {":2222 ", ":2223 "} <= set(re.findall(r":\d+ ", gate.exec("ss -Hltn").stdout)))
    jump = {"hostname": gate.address, "user": "root", "identity_file": str(gate.key)}
    behind = [{"hostname": f"127.0.0.{number}", "port": 2222 if number < 26 else 2223, "user": "root",
               "proxy_jump": jump} for number in range(2, 27)]
    fleet(server, "many", behind, key=gate.key)

    def told():
        found = instances(server, "many")
        words = {name: json.dumps(one) for name, one in found.items()}
        hung = words.pop("127.0.0.26")
        for name, text in words.items():
            assert found[name]["status"] != "terminated" or "has no Docker" in text, text
        return all("has no Docker" in text for text in words.values()) and (
            "closed without a greeting of SSH" in hung and "no SSH server on that port; it is tried again" in hung)

    eventually("every host is reached", told, timeout=180)
    assert server.cli("fleet", "delete", "many", "-y").status == 0
