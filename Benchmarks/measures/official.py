"""The official server of dstack 0.22.5, as a thing to compare with."""

import http.client
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import uuid

from .common import run_spec
from dstack_harness import eventually, free_port

OFFICIAL = os.environ["OFFICIAL"]


class Official:
    """The official server in a temporary home, started and ended like ours."""

    def __init__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-bench-"))
        self.port = free_port()
        self.token = "official-token"
        (self.scratch / "home").mkdir()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.scratch / "home"), "LANG": "C.UTF-8",
            "DSTACK_SERVER_DIR": str(self.scratch / "server"), "DSTACK_SERVER_LOG_LEVEL": "ERROR",
        }

    def __enter__(self):
        self.log = open(self.scratch / "log", "w")
        self.process = subprocess.Popen(
            [OFFICIAL, "server", "--port", str(self.port), "--token", self.token, "-y"],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

        def answers():
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthcheck")
                return connection.getresponse().status == 200
            except OSError:
                return False

        eventually("the official server answers", answers, timeout=90)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def api(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", f"/api/{path}", json.dumps(body),
                           {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        payload = answer.read()
        assert answer.status == 200, (path, answer.status, payload)
        return json.loads(payload)

    def fill(self, count):
        """One run of the official server's own, copied in its database until there are `count`."""
        self.api("project/main/runs/apply", {"plan": {"run_spec": run_spec("seed"), "current_resource": None},
                                             "force": False})
        eventually("the seed run has ended", lambda: self.api("runs/list", {})[0]["status"] == "failed", timeout=120,
                   every=0.5)
        base = sqlite3.connect(self.scratch / "server/data/sqlite.db", timeout=60)
        base.row_factory = sqlite3.Row
        run = dict(base.execute("select * from runs").fetchone())
        jobs = [dict(row) for row in base.execute("select * from jobs").fetchall()]
        for number in range(1, count):
            copy = {**run, "id": str(uuid.uuid4()), "run_name": f"seed-{number}"}
            insert(base, "runs", copy)
            for job in jobs:
                insert(base, "jobs", {**job, "id": str(uuid.uuid4()), "run_id": copy["id"],
                                      "run_name": copy["run_name"]})
        base.commit()
        base.close()


def insert(base, table, row):
    base.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
