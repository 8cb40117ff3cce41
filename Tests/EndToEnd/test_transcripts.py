"""What our CLI shows on a terminal of 100 columns, against Fixtures/transcripts.

Beside them, in Fixtures/transcripts/official, stands what the official CLI showed for the same kinds of run. A
transcript that is missing is written, and its test fails once, so that a person looks at it before it counts.
"""

import importlib.machinery
import importlib.util
import pathlib
import re

import pytest
from dstack_harness import ROOT, Server

FOLDER = ROOT / "Fixtures" / "transcripts"


def load(name):
    loader = importlib.machinery.SourceFileLoader("terminal_svg", str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("terminal_svg", loader))
    loader.exec_module(module)
    return module


terminal_svg = load("terminal-svg")


def shown(text):
    """What is on the screen in the end, without what differs between machines and times."""
    screen = terminal_svg.Screen(100)
    screen.play(text)
    lines = ["".join(character for character, _ in row).rstrip() for row in screen.rows]
    text = "\n".join(lines).strip("\n") + "\n"
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME", text)
    text = re.sub(r"\b\d\d:\d\d:\d\d(\.\d+)?\b", "TIME", text)
    text = re.sub(r"\b(now|\d+ (sec|min|hour)s? ago)", "AGO", text)
    text = re.sub(r"\b\d+(\.\d+)? ?m?s\b", "DURATION", text)
    # Where a machine has more, the disk stands on a line of its own.
    text = re.sub(r"\n +disk=[\d.]+GB( gpu=\S+)?(?=\n)", "", text)
    text = re.sub(r"cpu=(x86|arm):\d+ mem=[\d.]+GB( disk=[\d.]+GB)?( gpu=\S+)?", "RESOURCES", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    # The width of a column follows what stands in it.
    return re.sub(r" {3,}", "  ", text)


@pytest.fixture(scope="module")
def transcripts():
    found = {}
    with Server() as server:
        def record(name, *arguments, status=0, typed=()):
            code, said = server.on_terminal(*arguments, typed=typed)
            found[name] = f"$ dstack {' '.join(arguments)}\n{shown(said)}"
            assert code == status, (name, code, said)

        for name, commands in (
            ("good", ["for i in 1 2 3; do echo line $i; done"]),
            ("bad", ["echo before", "sh -c 'exit 3'"]),
            ("long", ["sleep 600"]),
        ):
            server.configuration(commands, name=name)
        record("project-list", "project", "list")
        record("ps-empty", "ps")
        record("fleet-list", "fleet", "list")
        record("offer", "offer")
        record("apply-declined", "apply", "-f", "good.dstack.yml", typed=[("[y/n]", "n\r")])
        record("apply", "apply", "-f", "good.dstack.yml", "-y")
        record("good-ps", "ps", "-a", "-n", "1")
        record("good-ps-verbose", "ps", "-v", "-n", "1")
        record("good-logs", "logs", "good")
        record("good-event", "event", "--within-run", "good")
        record("apply-bad", "apply", "-f", "bad.dstack.yml", "-y", status=1)
        record("bad-ps", "ps", "-a", "-n", "1")
        record("apply-detached", "apply", "-f", "long.dstack.yml", "-y", "-d")
        server.wait_for("long", "running")
        record("stop-declined", "stop", "long", typed=[("[y/n]", "n\r")])
        record("stop", "stop", "long", "-y")
        server.wait_for("long")
        record("stopped-ps", "ps", "-a", "-n", "1")
        record("logs-unknown", "logs", "nosuch", status=1)
    return found


NAMES = (
    "project-list", "ps-empty", "fleet-list", "offer", "apply-declined", "apply", "good-ps", "good-ps-verbose",
    "good-logs", "good-event", "apply-bad", "bad-ps", "apply-detached", "stop-declined", "stop", "stopped-ps",
    "logs-unknown",
)


@pytest.mark.parametrize("name", NAMES)
def test_transcript(transcripts, name):
    file = pathlib.Path(FOLDER / f"{name}.txt")
    if not file.exists():
        file.write_text(transcripts[name])
        pytest.fail(f"{file.relative_to(ROOT)} was missing and is written now: look at it")
    assert transcripts[name] == file.read_text()
