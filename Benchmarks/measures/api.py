"""Requests to the server, beside the official one."""

import concurrent.futures
import json
import re
import subprocess

from .common import ROOT, Follower, resident
from .official import Official
from dstack_harness import Server


LIST_BODY = json.dumps({
    "project_name": "main", "only_active": False, "include_jobs": True, "job_submissions_limit": 1, "limit": 100,
    "ascending": False})
ENDPOINTS = (
    ("users/get_my_user", ""),
    ("projects/list", ""),
    ("runs/list, empty", LIST_BODY),
    ("runs/list, 1,000 runs", LIST_BODY),
)


def measure_http(table, quick):
    seconds = 2 if quick else 6
    goals = {"users/get_my_user": "50×"}
    with Server() as ours, Official() as official:
        for label, body in ENDPOINTS:
            if "1,000" in label:
                fill(ours, 1000)
                official.fill(1000)
                # A page of a hundred runs takes the official server so long that few seconds show no answer at all.
                seconds = max(seconds, 15)
            path = label.split(",")[0]
            mine = wrk(ours.port, ours.token, path, body, seconds)
            theirs = wrk(official.port, official.token, path, body, seconds)
            table.add(f"`{label}`, wrk -t1 -c16", f"{mine:,.0f}/s", f"official server {theirs:,.0f}/s",
                      f"{mine / theirs:.0f}×", goals.get(path, "30×"))
        table.add("server, resident after those", f"{resident(ours.process.pid):.0f} MB",
                  f"official server {resident(official.process.pid):.0f} MB",
                  f"{resident(official.process.pid) / resident(ours.process.pid):.1f}×", "under 60 MB")


def wrk(port, token, path, body, seconds):
    ran = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", "60s", "-s", str(ROOT / "Benchmarks/wrk-post.lua"),
         f"http://127.0.0.1:{port}/api/{path}", "--", token, body], capture_output=True, text=True, check=True)
    requests, microseconds, bad = map(int, re.search(r"RESULT (\d+) (\d+) (\d+)", ran.stdout).groups())
    assert bad == 0, ran.stdout
    return requests / (microseconds / 1e6)


def fill(server, count):
    """Real runs of `true`, 16 at a time."""
    def lane(number):
        mine = Follower(server)
        for step in range(number, count, 16):
            mine.run(f"fill-{step}")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lane, range(16)))
