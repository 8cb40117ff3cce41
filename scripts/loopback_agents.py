"""A shim and a runner just good enough for the official server to take a run to its end on this machine.

Used by scripts/record-official, so that the official server's answers about a real run, and what it asks of its
agents, can be recorded. They listen on 127.0.0.1:10998 and :10999, where the official server's SSH tunnel expects
them, and run one job at a time as a plain process.
"""

import base64
import http.server
import json
import os
import signal
import subprocess
import threading
import time
import urllib.parse

from recording_proxy import exchange


class LoopbackAgents:
    def __init__(self):
        self.exchanges = []
        self.tasks = {}
        self.job = None
        self.servers = []
        for port, name in ((10998, "shim"), (10999, "runner")):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler(self, name))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)

    def take(self):
        taken, self.exchanges = self.exchanges, []
        return taken

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        if self.job:
            self.job.stop()

    # The shim: (status, body) of each request.

    def shim(self, method, path, body):
        parts = path.split("?")[0].strip("/").split("/")
        match (method, parts[1:]):
            case ("GET", ["healthcheck"]):
                return 200, {"service": "dstack-shim", "version": "0.22.5"}
            case ("GET", ["instance", "health"]):
                return 200, {}
            case ("GET", ["instance", "info"]):
                return 200, {}
            case ("GET", ["components"]):
                return 200, {"components": [
                    {"name": name, "version": "0.22.5", "status": "installed"}
                    for name in ("dstack-runner", "dstack-shim")]}
            case ("GET", ["tasks"]):
                return 200, {"tasks": [{"id": i, "status": t["status"]} for i, t in self.tasks.items()]}
            case ("POST", ["tasks"]):
                if body["id"] in self.tasks:
                    return 409, "task already exists"
                self.job = Job()
                self.tasks[body["id"]] = {
                    "id": body["id"], "status": "running", "termination_reason": "", "termination_message": "",
                    "ports": [], "image_pull_progress": None}
                return 200, self.tasks[body["id"]]
            case ("GET", ["tasks", task]) if task in self.tasks:
                return 200, self.tasks[task]
            case ("POST", ["tasks", task, "terminate"]) if task in self.tasks:
                if self.job:
                    self.job.stop()
                    self.job = None
                self.tasks[task].update(status="terminated", termination_reason=body["termination_reason"],
                                        termination_message=body["termination_message"])
                return 200, self.tasks[task]
            case ("POST", ["tasks", task, "remove"]) if task in self.tasks:
                del self.tasks[task]
                return 200, {}
        return 404, "not found"

    # The runner.

    def runner(self, method, path, body):
        url = urllib.parse.urlparse(path)
        if not self.job:
            return 503, "no job"
        match (method, url.path):
            case ("GET", "/api/healthcheck"):
                return 200, {"service": "dstack-runner", "version": "0.22.5"}
            case ("GET", "/api/metrics"):
                return 200, {"timestamp_micro": int(time.time() * 1e6), "cpu_usage_micro": 1000,
                             "memory_usage_bytes": 1 << 20, "memory_working_set_bytes": 1 << 20, "gpus": []}
            case ("POST", "/api/submit"):
                self.job.submit(body)
                return 200, {}
            case ("POST", "/api/upload_code") | ("POST", "/api/upload_archive"):
                return 200, {}
            case ("POST", "/api/run"):
                self.job.run()
                return 200, {"working_dir": "/workflow", "username": "root"}
            case ("GET", "/api/pull"):
                return 200, self.job.pull(int(urllib.parse.parse_qs(url.query)["timestamp"][0]))
            case ("POST", "/api/stop"):
                self.job.stop("terminated_by_user")
                return 200, {}
        return 404, "not found"


class Job:
    def __init__(self):
        self.states, self.logs, self.process, self.clock = [], [], None, 0
        self.lock = threading.Lock()

    def stamp(self):
        self.clock = max(self.clock + 1, int(time.time()) * 1000)
        return self.clock

    def state(self, state, reason=None, exit_status=None):
        with self.lock:
            self.states.append({"timestamp": self.stamp(), "state": state, "termination_reason": reason,
                                "termination_message": None, "exit_status": exit_status})

    def submit(self, body):
        self.spec = body["job_spec"]

    def run(self):
        self.state("running")
        command = self.spec["commands"][-1].rpartition(" && . $DSTACK_VENV_DIR")[2]
        command = command.rpartition("/dstack/profile) && ")[2]
        self.process = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env={**os.environ, **self.spec["env"]}, start_new_session=True)
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for line in self.process.stdout:
            with self.lock:
                self.logs.append({"timestamp": self.stamp(), "message": base64.b64encode(line).decode()})
        status = self.process.wait()
        if status == 0:
            self.state("done", "done_by_runner", 0)
        elif not any(state["state"] == "terminated" for state in self.states):
            self.state("failed", "container_exited_with_error", status)

    def stop(self, reason=None):
        if self.process and self.process.poll() is None:
            if reason:
                self.state("terminated", reason)
            os.killpg(self.process.pid, signal.SIGKILL)

    def pull(self, after):
        with self.lock:
            states = [event for event in self.states if event["timestamp"] > after]
            logs = [event for event in self.logs if event["timestamp"] > after]
            last = max([event["timestamp"] for event in states + logs], default=after)
            return {"job_states": states, "job_logs": logs, "runner_logs": [], "last_updated": last,
                    "no_connections_secs": 0, "has_more": not self.states or self.process.poll() is None}


def handler(agents, name):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                body = json.loads(raw) if raw else None
            except ValueError:
                body = None
            status, value = getattr(agents, name)(self.command, self.path, body)
            text = value if isinstance(value, str) else json.dumps(value)
            payload = text.encode()
            kind = "text/plain; charset=utf-8" if isinstance(value, str) else "application/json"
            agents.exchanges.append({"agent": name, **exchange(
                self.command, self.path, dict(self.headers.items()), raw, status, {"Content-Type": kind}, payload)})
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    return Handler
