"""The engine by itself, and the size of the programs."""

import re
import subprocess
import tempfile

from .common import ROOT
from dstack_harness import BIN


def measure_simulation(table, quick):
    """Whole simulated histories of the engine, on one core."""
    ran = subprocess.run([ROOT / ".build/release/Simulate", "0", "200" if quick else "2000"], capture_output=True,
                         text=True, check=True)
    rate = re.search(r"(\d+) histories/s", ran.stdout)[1]
    table.add("simulated histories of the engine", f"{rate}/s")


def measure_store(table, quick):
    """Transitions that many jobs make durable at once, beside single rows by GRDB alone."""
    with tempfile.TemporaryDirectory(prefix="dstack-bench-") as folder:
        ran = subprocess.run([ROOT / ".build/release/MeasureStore", folder], capture_output=True, text=True, check=True)
    rates = {name: int(rate) for name, rate in (line.split() for line in ran.stdout.splitlines())}
    table.add("durable transitions of 64 jobs at once", f"{rates['ours']:,}/s",
              f"GRDB, one row a transaction {rates['bare']:,}/s", f"{rates['ours'] / rates['bare']:.1f}×")


def measure_sizes(table, quick):
    for name, goal in (("dstack", ""), ("dstack-shim", "under 25 MB"), ("dstack-runner", "under 25 MB")):
        table.add(f"`bin/{name}`", f"{(BIN / name).stat().st_size / 1e6:.1f} MB", "", "", goal)
