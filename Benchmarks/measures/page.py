"""docs/performance.md: a section for each group of measurements, with the day and the load it was measured under."""

import os
import pathlib
import platform
import re
import time

from .common import ROOT

PATH = ROOT / "docs" / "performance.md"
HEAD = """# Performance

Measured by `make bench`, or a part of it by `Benchmarks/run --only PARTS`, on {cores} cores of {processor}, Linux {kernel}.
What stands beside ours was measured on the same machine in the same run; the official system is dstack 0.22.5 from PyPI.
Numbers differ from machine to machine and from run to run; the ratios less. How each is measured stands in
`Benchmarks/measures`.
"""


def sections(text):
    """The sections of a page by their titles."""
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1].strip() for part in re.split(r"^## ", text, flags=re.M)[1:]}


def write(measured, titles):
    """Puts the tables in the place of the sections of the same titles; the others stay.

    `measured` has for each title a table and the load average when it began.
    """
    kept = sections(PATH.read_text()) if PATH.exists() else {}
    for title, (table, load) in measured.items():
        kept[title] = (f"{time.strftime('%Y-%m-%d')}; load average {load:.1f} when it began (what other programs kept "
                       f"busy).\n\n{table.markdown()}")
    text = HEAD.format(cores=os.cpu_count(), processor=processor(),
                       kernel=".".join(platform.release().split(".")[:2]))
    for title in titles:
        if title in kept:
            text += f"\n## {title}\n\n{kept[title]}\n"
    PATH.write_text(text)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
