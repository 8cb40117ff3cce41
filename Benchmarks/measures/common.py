"""What the measurements share: the table, runs that are followed, numbers of processes."""

import http.client
import json
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Support"))


def run_spec(name, *commands):
    return {
        "run_name": name, "repo_id": None, "repo_data": None, "repo_code_hash": None, "repo_dir": None,
        "file_archives": [], "working_dir": None, "configuration_path": "task.dstack.yml",
        "configuration": {"type": "task", "commands": list(commands) or ["true"]}, "profile": None,
        "ssh_key_pub": "ssh-rsa AAAA bench",
    }


class Follower:
    """One keep-alive connection that submits runs and follows each by our event stream to its end."""

    def __init__(self, server):
        self.server = server
        self.headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def run(self, name, *commands):
        """Milliseconds from the request to (running, done)."""
        started = time.perf_counter()
        self.connection.request(
            "POST", "/api/project/main/runs/apply",
            json.dumps({"plan": {"run_spec": run_spec(name, *commands), "current_resource": None}, "force": False}),
            self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        stream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        stream.request("GET", f"/api/project/main/runs/{name}/events?since=0", None, self.headers)
        running = final = None
        for line in stream.getresponse():
            if not line.startswith(b"data:"):
                continue
            event = json.loads(line[5:])
            now = (time.perf_counter() - started) * 1000
            if event["kind"] == "run" and event["to"] == "running" and running is None:
                running = now
            if event["kind"] == "run" and event["to"] in ("done", "failed", "terminated"):
                assert event["to"] == "done", event
                final = now
        stream.close()
        return running, final


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, ours, beside="", ratio="", goal=""):
        self.rows.append((what, ours, beside, ratio, goal))
        print(f"  {what}: {ours}  {beside}  {ratio}", flush=True)

    def markdown(self):
        head = ("what", "ours", "beside it", "ratio", "goal")
        lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in self.rows])


def quantile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def resident(pid):
    """Megabytes."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024
