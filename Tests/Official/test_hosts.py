"""The official server, unmodified, sets a host up with our agents and runs a task there."""

import contextlib
import functools
import http.server
import threading

from dstack_harness import BIN, OFFICIAL_CLI, OfficialServer, eventually
from ssh_hosts import Hosts


@contextlib.contextmanager
def downloads(address):
    """Our agents as the official server has them fetched: by HTTP. Gives what the two variables say."""

    class Agents(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = (BIN / self.path.strip("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer((address, 0), Agents) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://{address}:{server.server_port}"
        yield {f"DSTACK_{agent.upper()}_DOWNLOAD_URL": f"{url}/dstack-{agent}" for agent in ("shim", "runner")}
        server.shutdown()


def test_a_task_on_a_host():
    # Most of the time is the official server's: it looks after each thing every few seconds.
    with Hosts(1, docker=True, systemd=True) as hosts, downloads(hosts.gateway) as urls:
        host = hosts[0]
        with OfficialServer(**urls) as server:
            apply = functools.partial(server.cli, "apply", "-y", "-d", "-f", program=OFFICIAL_CLI, timeout=120)
            (server.work / "fleet.dstack.yml").write_text(
                f"type: fleet\nname: own\nssh_config:\n  user: root\n  identity_file: {host.key}\n"
                f"  hosts: [{host.address}]\n")
            ran = apply("fleet.dstack.yml")
            assert ran.status == 0, ran

            def instance():
                found = server.api("project/main/fleets/list")[0]["instances"][0]
                assert found["status"] != "terminated", found
                return found if found["status"] == "idle" else None

            idle = eventually("the host is idle", instance, timeout=300, every=0.5)
            assert idle["instance_type"]["resources"]["cpu_arch"] == "x86"
            assert idle["health_status"] == "healthy"
            # The image is on the host alone: with these two the server asks no registry for it.
            name, file = server.configuration(
                ["echo hello from $(hostname)", "id -u"], image="box:1", user="root", resources={"cpu": "x86:1.."})
            ran = apply(file.name)
            assert ran.status == 0, ran
            run = server.wait_for(name, timeout=300)
            assert run["status"] == "done", server.job(name)
            said = server.cli("logs", name, program=OFFICIAL_CLI, timeout=120)
            assert "hello from host1" in said.out and "\n0" in said.out.replace("\r", ""), said
            eventually("nothing is left of its container", lambda: host.containers() == [])
