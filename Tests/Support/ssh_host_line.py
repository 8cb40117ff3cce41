"""A slow line between a test host and its switch, for kernels without netem: run by `ssh_hosts.py` in the switch.

    python3 ssh_host_line.py PORT DELAY LOSS RATE

Takes the place of PORT on the bridge and carries frames both ways: each DELAY seconds later, none of LOSS (0 to 1) of
them, and no more than RATE bytes a second each way (0: no limit). Says `ready`; ends with its standard input.
"""

import collections
import fcntl
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
TAP, NO_INFO, VNET_HEADER = 0x2, 0x1000, 0x4000
SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
QUEUE_BYTES = 4 << 20


class Way:
    """Frames on their way to `target`."""

    def __init__(self, target, delay, loss, rate):
        self.target, self.delay, self.loss, self.rate = target, delay, loss, rate
        self.frames = collections.deque()
        self.bytes = 0
        self.free = 0.0

    def take(self, frame, now):
        if random.random() < self.loss or self.bytes > QUEUE_BYTES:
            return
        self.free = max(self.free, now) + (len(frame) / self.rate if self.rate else 0)
        self.frames.append((self.free + self.delay, frame))
        self.bytes += len(frame)

    def deliver(self, now):
        while self.frames and self.frames[0][0] <= now:
            frame = self.frames.popleft()[1]
            self.bytes -= len(frame)
            try:
                os.write(self.target, frame)
            except OSError:
                pass  # A link that is down, or is full: a line loses frames.

    def due(self):
        return self.frames[0][0] if self.frames else None


def main():
    port, delay, loss, rate = sys.argv[1], *map(float, sys.argv[2:5])
    line = "line" + port
    # With the header that says what is left to the network card to do: frames pass as they are, of 64 KiB too.
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", line.encode(), TAP | NO_INFO | VNET_HEADER))
    fcntl.ioctl(tap, TUNSETOFFLOAD, 0x1 | 0x2 | 0x4)
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    raw.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE_BYTES)
    raw.setblocking(False)
    raw.bind((port, 3))
    for words in (("link", "set", port, "nomaster", "promisc", "on"), ("link", "set", line, "master", "br0", "up")):
        subprocess.run(["ip", *words], check=True)
    print("ready", flush=True)
    out, back = Way(tap, delay, loss, rate), Way(raw.fileno(), delay, loss, rate)
    while True:
        now = time.monotonic()
        due = [moment for moment in (out.due(), back.due()) if moment is not None]
        wait = max(min(due) - now, 0) if due else None
        readable, _, _ = select.select([raw, tap, 0], [], [], wait)
        if 0 in readable:
            return
        for source, way in ((raw.fileno(), out), (tap, back)):
            for _ in range(64):
                try:
                    frame = os.read(source, 70000)
                except OSError:
                    break
                way.take(frame, time.monotonic())
        now = time.monotonic()
        out.deliver(now)
        back.deliver(now)


main()
