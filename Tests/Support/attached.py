"""A command of ours, or dstack's, that goes on beside a test."""

import re
import signal
import subprocess
import threading

from dstack_harness import BIN, OFFICIAL_CLI, eventually


class Attached:
    """A `dstack apply` or `dstack attach` that goes on, and what it printed."""

    def __init__(self, server, *arguments, prefix=(), program=BIN / "dstack"):
        # How many seconds it may take: python alone needs many to start, on a machine that has much to do.
        self.patience = 120 if program == OFFICIAL_CLI else 30
        self.said = ""
        self.process = subprocess.Popen(
            [*prefix, program, *map(str, arguments)], env=server.environment, cwd=server.work,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.said += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def until(self, words):
        def found():
            if words not in self.said and self.process.poll() is not None:
                self.reader.join(10)
                assert words in self.said, "it ended"
            return words in self.said

        try:
            eventually(f"it says {words!r}", found, self.patience)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said}") from None
        return self

    def port(self, remote):
        """The local port that leads to a port of the run."""
        self.until(f" -> {remote}")
        return int(re.search(rf"localhost:(\d+) -> {remote}\b", self.said)[1])

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self, timeout=None):
        status = self.process.wait(timeout or self.patience)
        self.reader.join(10)
        return status
