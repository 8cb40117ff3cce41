"""Hosts that are not as they should be, and keys of every kind, by way of fleets: each is named, the others go on."""

import json
import subprocess

from dstack_harness import Server, eventually, files_below
from ssh_hosts import Hosts

PASSPHRASE = "open sesame 9"
# What a shim answers that an earlier server left, on port 10998 of a host.
OLD_SHIM = """
import http.server, json, sys
answers = json.loads(sys.argv[1])
class Shim(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = answers.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body or {}).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", 10998), Shim).serve_forever()
"""


def start_old_shim(host, version, **answers):
    health = {"service": "dstack-shim", "version": version}
    told = json.dumps({"/api/healthcheck": health, **{f"/api/{name}": body for name, body in answers.items()}})
    host.exec("cp $(readlink -f $(command -v python3)) /usr/local/bin/dstack-shim && cat > /root/old.py", input=OLD_SHIM)
    host.exec(f"setsid /usr/local/bin/dstack-shim /root/old.py '{told}' </dev/null >/dev/null 2>&1 &")
    eventually("the old shim listens", lambda: ":10998" in host.exec("ss -ltn").stdout)


def make_key(folder, kind, passphrase=""):
    path = folder / f"id_{kind}"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True)
    return path


def entry(host, **more):
    return {"hostname": host.address, "user": host.user, **more}


def write_fleet(server, name, hosts, **ssh):
    path = server.work / f"{name}.dstack.yml"
    path.write_text(json.dumps({"type": "fleet", "name": name, "ssh_config": {"hosts": hosts, **ssh}}))
    return path.name


def instances(server, name):
    """The fleet's instances by host name."""
    found = json.loads(server.cli("fleet", "get", name, "--json").text)["instances"]
    return {one["hostname"]: one for one in found}


def told(server, name, host, words):
    """Waits until the fleet says these words of a host."""
    eventually(f"{words!r} is said of {host.name}",
               lambda: words in json.dumps(instances(server, name)[host.address]), timeout=60)


def ready(server, name, host):
    def question():
        found = instances(server, name)[host.address]
        assert found["status"] != "terminated", found
        return found["status"] == "idle"

    eventually(f"{host.name} is ready", question, timeout=60)


def submit(server, instance, commands):
    return server.submit(commands, image="box:1", instances=[instance])


def test_keys_and_servers_of_every_kind():
    with Hosts(0) as hosts, Server(DSTACK_SERVER_SSH_KEEPALIVE_SECONDS="1") as server:
        whole = {"docker": True}
        plain, rsa, ecdsa, locked, deaf, ancient, mute = hosts.add_all(
            whole, whole, {**whole, "max_sessions": 1}, whole, {**whole, "forwarding": False}, whole, {"max_sessions": 0})
        for host, kind, passphrase in ((rsa, "rsa", ""), (ecdsa, "ecdsa", ""), (locked, "ed25519", PASSPHRASE)):
            host.let_in_only(make_key(server.work, kind, passphrase))
        # What a user's shell says at each login is none of our answers.
        ecdsa.exec("echo 'echo Welcome; echo instance=mine; echo Be careful >&2' >/root/.bashrc")
        # One that has no jobs is replaced; one that does not say whether it has any is not touched.
        start_old_shim(rsa, "0.18.40", tasks={"tasks": []})
        start_old_shim(ancient, "0.17.0")
        file = write_fleet(
            server, "kinds", [entry(rsa, identity_file="id_rsa"), entry(locked, identity_file="id_ed25519"),
                              entry(deaf), entry(ancient), entry(mute)], identity_file=str(hosts.key))
        refused = server.cli("apply", "-f", file, "-y", "-d")
        assert refused.status != 0 and "the key id_ed25519 has a passphrase, and there is no terminal" in refused.text
        status, said = server.on_terminal(
            "apply", "-f", file, "-y", "-d", typed=[("Passphrase of", "wrong\n"), ("Passphrase of", f"{PASSPHRASE}\n")])
        assert status == 0 and "That is not its passphrase" in said and PASSPHRASE not in said, said
        pair = write_fleet(server, "pair", [entry(plain), entry(ecdsa, identity_file="id_ecdsa")],
                           identity_file=str(hosts.key))
        made = server.cli("apply", "-f", pair, "-y", timeout=120)
        assert made.status == 0, made

        # A host shows another key than before. Nobody trusts it; its job goes on, and so does the fleet's other host.
        stays = submit(server, "pair-0", "echo up; while :; do sleep 0.1; done")
        server.wait_for(stays, "running", timeout=60)
        plain.change_host_key()

        for host in (rsa, locked):
            ready(server, "kinds", host)
        told(server, "kinds", ancient, "runs a dstack-shim of version '0.17.0' that does not tell whether it has jobs;")
        assert "0.17.0" in ancient.exec("busybox wget -q -O - http://127.0.0.1:10998/api/healthcheck").stdout
        told(server, "kinds", mute, "raise `MaxSessions` in its sshd_config")
        told(server, "kinds", deaf, "set `AllowTcpForwarding yes`")
        assert "PRIVATE" not in json.dumps([instances(server, name) for name in ("kinds", "pair")])
        for place, content in files_below(server.scratch):
            assert PASSPHRASE.encode() not in content, place

        told(server, "pair", plain, "the host shows another key than the one that is known")
        assert instances(server, "pair")[plain.address]["unreachable"]
        assert "the host shows another key" in " ".join(server.cli("fleet", "list", "-v", COLUMNS="400").out.split())
        assert server.run(stays)["status"] == "running" and len(plain.containers()) == 1
        assert server.cli("stop", stays, "-y", "-x").status == 0
        # The project's key opens them, whatever the user's is.
        runs = [submit(server, instance, "echo from the host") for instance in ("kinds-0", "kinds-1", "pair-1")]
        for run in runs:
            assert server.wait_for(run, timeout=60)["status"] == "done", server.job(run)
            assert "from the host" in server.logs(run)
        server.wait_for(stays, "terminated", "aborted")
        is_named_again(server, pair, plain)
        plain.change_host_key()
        told(server, "pair", plain, "delete its instance (`dstack fleet delete FLEET -i NUM`) and apply the fleet again")
        is_taken_up_again(server, pair, plain)


def is_named_again(server, file, host):
    """The user takes the host out; by then another server has it. It is not touched, and its user is told what to do there."""
    gone = server.cli("fleet", "delete", "pair", "-y")
    assert gone.status == 0, gone
    eventually("the fleet is gone", lambda: server.cli("fleet", "get", "pair", "--json").status == 1)
    host.exec("sed -i 's/^instance=.*/instance=of-another-server/' /opt/dstack/host")
    again = server.cli("apply", "-f", file, "-y", timeout=120)
    assert again.status == 1 and f"{host.address}: is the host of another fleet already" in again.text, again
    assert "sudo /opt/dstack/uninstall" in again.text and "the others are ready" in again.text, again
    host.exec("/opt/dstack/uninstall")
    assert host.containers() == []
    last = server.cli("apply", "-f", file, "-y", timeout=120)
    assert last.status == 0 and f"{host.address}: ready" in last.text, last


def is_taken_up_again(server, file, host):
    """The user knows why the host shows another key, and does what is told."""
    gone = server.cli("fleet", "delete", "pair", "-i", "0", "-y")
    assert gone.status == 0, gone
    eventually("its instance is gone", lambda: host.address not in instances(server, "pair"))
    again = server.cli("apply", "-f", file, "-y", timeout=120)
    assert again.status == 0 and f"{host.address}: ready" in again.text, again
    assert not instances(server, "pair")[host.address]["unreachable"]
