"""Hosts of the tests' own: namespaces with an address, a root file system, an sshd and a Docker Engine each.

    with Hosts(4, docker=True) as hosts:
        hosts[0].address        what to log in to, as `hosts[0].user`, with the key in `hosts.key`
        hosts[0].exec("uname")  a command as root, not by way of ssh

A host can be cut off and healed, slowed, killed (as by a loss of power) and booted again. They share a switch and reach
one another and this machine. All of it is gone with the process that made it.
"""

import contextlib
import hashlib
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from dstack_harness import eventually
from docker_engine import list_containers, make_box, run_docker, set_architecture

COUNT = itertools.count()
INIT = pathlib.Path(__file__).with_name("ssh_host_init.py")
LINE = pathlib.Path(__file__).with_name("ssh_host_line.py")
# What a host starts without, although this machine may have it.
EMPTY = ("root", "home", "tmp", "work", "srv", "mnt", "usr/local/bin", "usr/local/sbin", "var/tmp", "var/log",
         "var/lib/dstack", "etc/ssh", "etc/systemd/system", "etc/docker")
DOCKER_PROGRAMS = ("usr/bin/docker", "usr/sbin/dockerd", "usr/bin/dockerd", "usr/bin/containerd")


def ip(*words, namespace=None, check=True):
    enter = ["nsenter", "-n", "-t", str(namespace)] if namespace else []
    return subprocess.run([*enter, "ip", *map(str, words)], check=check, capture_output=True, text=True)


class Hosts:
    """`count` hosts, started together. `hosts[i]`, `len(hosts)`, iteration."""

    def __init__(self, count=1, **options):
        """`options` are those of `Host`, for each of them."""
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-hosts-", dir="/tmp"))
        self.tag = f"{os.getpid() % 100000}x{next(COUNT)}"
        self.key = self.scratch / "id_ed25519"
        self.switch = None
        self.hosts = []
        self.count = count
        self.options = options

    def __enter__(self):
        try:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", self.key], check=True)
            self.start_switch()
            for _ in range(self.count):
                self.hosts.append(Host(self, len(self.hosts) + 1, **self.options))
            with ThreadPoolExecutor(max_workers=max(len(self.hosts), 1)) as pool:
                list(pool.map(Host.boot, self.hosts))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def __getitem__(self, index):
        return self.hosts[index]

    def __len__(self):
        return len(self.hosts)

    def __iter__(self):
        return iter(self.hosts)

    @property
    def gateway(self):
        """This machine's address on their network."""
        return f"{self.subnet}.1"

    def add(self, **options):
        """One more host, with options of its own."""
        return self.add_all(options)[0]

    def add_all(self, *options):
        """More hosts, started together; each has options of its own."""
        added = [Host(self, len(self.hosts) + 1 + index, **{**self.options, **own}) for index, own in enumerate(options)]
        self.hosts += added
        with ThreadPoolExecutor(max_workers=len(added)) as pool:
            list(pool.map(Host.boot, added))
        return added

    def start_switch(self):
        """A namespace that holds the bridge: no firewall of this machine, Docker's included, is in the hosts' way."""
        read, self.switch_life = os.pipe()
        self.switch = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo ready; exec cat"], stdin=read, stdout=subprocess.PIPE,
            start_new_session=True)
        os.close(read)
        assert self.switch.stdout.readline() == b"ready\n"
        ip("link", "add", "br0", "type", "bridge", namespace=self.switch.pid)
        ip("link", "set", "br0", "up", namespace=self.switch.pid)
        self.uplink = f"dsh{self.tag}"
        ip("link", "add", self.uplink, "type", "veth", "peer", "name", "uplink", "netns", self.switch.pid)
        ip("link", "set", "uplink", "master", "br0", "up", namespace=self.switch.pid)
        taken = ip("-4", "-o", "addr", "show").stdout
        while True:
            self.subnet = f"10.{random.randrange(100, 250)}.{random.randrange(256)}"
            if f" {self.subnet}." not in taken:
                break
        ip("addr", "add", f"{self.subnet}.1/24", "dev", self.uplink)
        ip("link", "set", self.uplink, "up")

    def close(self):
        for host in self.hosts:
            with contextlib.suppress(OSError):
                host.kill()
        if self.switch:
            os.close(self.switch_life)
            self.switch.wait()
            ip("link", "del", self.uplink, check=False)
        for host in self.hosts:
            host.forget()
        shutil.rmtree(self.scratch, ignore_errors=True)


def make_fleet(server, hosts, name="own", key=None, **properties):
    """Makes a fleet of the hosts; returns when all are ready. `properties` are the configuration's."""
    path = server.work / f"{name}.dstack.yml"
    ssh = {"identity_file": str(key or hosts[0].key),
           "hosts": [{"hostname": host.address, "user": host.user} for host in hosts]}
    path.write_text(json.dumps({"type": "fleet", "name": name, "ssh_config": ssh, **properties}))
    made = server.cli("apply", "-f", path.name, "-y", timeout=120)
    assert made.status == 0, made
    return made


class HostEngine:
    """The Docker Engine of a host, asked by a client of this machine: files are those of this machine."""

    def __init__(self, host):
        self.host = f"unix:///proc/{host.pid}/root/run/docker.sock"

    def run(self, *arguments, check=True, **options):
        return run_docker(self.host, *arguments, check=check, **options)

    def containers(self):
        """Every container, as `docker inspect` shows it."""
        return list_containers(self.run)

    def set_architecture(self, name, architecture):
        set_architecture(self.run, name, architecture)


class Host:
    """One machine.

    - `docker`: True has a Docker Engine that runs; "stopped" has one that does not; False has none installed.
    - `systemd`: whether process 1 is systemd; otherwise there is no init system to speak of.
    - `user`: who logs in; one that is not root is made. `sudo`: None cannot, "free" without a password, "password" with
      one.
    - `disk_mb`: a disk of that size, Docker's data included; as large as this machine's otherwise.
    - `forwarding`, `max_sessions`, `max_startups`: what its sshd allows; by itself many logins at a time.
    - `keys_file`: where its sshd looks for keys, in place of a user's own file.
    """

    def __init__(self, hosts, number, docker=False, systemd=False, user="root", sudo=None, forwarding=True,
                 max_sessions=10, max_startups="100:30:200", disk_mb=None, keys_file=None):
        self.hosts = hosts
        self.number = number
        self.docker, self.systemd = docker, systemd
        self.user, self.sudo = user, sudo
        self.forwarding, self.max_sessions, self.max_startups = forwarding, max_sessions, max_startups
        self.keys_file = keys_file
        self.name = f"host{number}"
        self.address = f"{hosts.subnet}.{number + 1}"
        self.port = 22
        self.disk = hosts.scratch / self.name
        self.upper = self.disk / "upper"
        self.cgroup = f"dstack-host-{hosts.tag}-{number}"
        self.link = f"port{number}"
        # The same after it boots again, as a machine's is: who knew it would look for it in vain for half a minute.
        self.mac = "02:" + ":".join(f"{int(part):02x}" for part in f"{self.address}.{number}".split("."))
        self.outer = None
        self.pid = None
        self.line = None
        if disk_mb:
            self.disk.mkdir()
            image = hosts.scratch / f"{self.name}.img"
            subprocess.run(["truncate", "-s", f"{disk_mb}M", image], check=True)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
            subprocess.run(["mount", "-o", "loop", image, self.disk], check=True)
        self.has_own_disk = bool(disk_mb)
        self.prepare_disk()
        self.first = self.files()

    @property
    def key(self):
        """The path of the private key that opens it."""
        return self.hosts.key

    # Its disk.

    def prepare_disk(self):
        for folder in ("upper", "work", "root"):
            (self.disk / folder).mkdir(parents=True)
        for folder in EMPTY:
            (self.upper / folder).mkdir(parents=True, exist_ok=True)
            os.setxattr(self.upper / folder, "trusted.overlay.opaque", b"y")
        os.chmod(self.upper / "root", 0o700)
        for folder in ("tmp", "var/tmp"):
            os.chmod(self.upper / folder, 0o1777)
        for folder in ("docker", "containerd"):
            (self.upper / "var/lib" / folder).mkdir(parents=True)
        # /run is made anew at each boot, and whatever this machine keeps for programs of its own is not the host's.
        self.write("/etc/hostname", self.name + "\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{self.address} {self.name}\n")
        self.write("/etc/resolv.conf", "")
        self.write("/etc/machine-id", hashlib.md5(f"{self.hosts.tag}{self.number}".encode()).hexdigest() + "\n")
        self.prepare_sshd()
        if self.user != "root":
            self.prepare_user()
        if self.docker is False:
            for program in DOCKER_PROGRAMS:
                place = self.upper / program
                if (pathlib.Path("/") / program).exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    os.mknod(place, stat.S_IFCHR, 0)  # A whiteout.
        if self.systemd:
            self.prepare_systemd()

    def write(self, path, text, mode=0o644, owner=0):
        """A file of the host's; before it boots."""
        place = self.upper / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            place.unlink()
        place.write_text(text)
        os.chmod(place, mode)
        os.chown(place, owner, owner)

    def prepare_sshd(self):
        (self.upper / "etc/ssh").mkdir(parents=True, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name,
                        "-f", self.upper / "etc/ssh/ssh_host_ed25519_key"], check=True)
        self.write("/etc/ssh/sshd_config", "\n".join([
            "HostKey /etc/ssh/ssh_host_ed25519_key", "UsePAM no", "PasswordAuthentication no", "PrintMotd no",
            "PermitRootLogin yes", "Subsystem sftp /usr/lib/openssh/sftp-server", "UseDNS no",
            f"AllowTcpForwarding {'yes' if self.forwarding else 'no'}", f"MaxSessions {self.max_sessions}",
            *([f"AuthorizedKeysFile {self.keys_file}"] if self.keys_file else []),
            f"MaxStartups {self.max_startups}", "PidFile /run/sshd.pid", ""]))
        if self.keys_file:
            self.write(self.keys_file, self.hosts.key.with_suffix(".pub").read_text())
        if self.user == "root":
            self.write("/root/.ssh/authorized_keys", self.hosts.key.with_suffix(".pub").read_text(), mode=0o600)
            os.chmod(self.upper / "root/.ssh", 0o700)

    def prepare_user(self):
        home = f"/home/{self.user}"
        for file, line in (("passwd", f"{self.user}:x:1234:1234::{home}:/bin/bash\n"),
                           ("group", f"{self.user}:x:1234:\n"), ("shadow", f"{self.user}:*:19000:0:99999:7:::\n")):
            here = pathlib.Path("/etc", file).read_text()
            self.write(f"/etc/{file}", here + line, mode=0o600 if file == "shadow" else 0o644)
        self.write(f"{home}/.ssh/authorized_keys", self.hosts.key.with_suffix(".pub").read_text(), 0o600, 1234)
        for place in (self.upper / f"home/{self.user}", self.upper / f"home/{self.user}/.ssh"):
            os.chown(place, 1234, 1234)
            os.chmod(place, 0o700)
        if self.sudo:
            how = "NOPASSWD: " if self.sudo == "free" else ""
            self.write(f"/etc/sudoers.d/{self.user}", f"{self.user} ALL=(ALL) {how}ALL\n", 0o440)

    def prepare_systemd(self):
        # systemd-tmpfiles would make it at the first boot.
        (self.upper / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
        wants = ["ssh.service"] + (["docker.service"] if self.docker is True else [])
        self.write("/etc/systemd/system/hosts.target", "[Unit]\nDescription=A test's host\nRequires=sysinit.target\n"
                   f"Wants={' '.join(wants)} multi-user.target\nAllowIsolate=yes\n")

    def files(self):
        """What is on the host's disk that was not there when it was made or first booted: path to what it is."""
        found = {}
        for folder, folders, names in os.walk(self.upper):
            for name in folders + names:
                place = pathlib.Path(folder, name)
                status = place.lstat()
                text = f"{stat.S_IFMT(status.st_mode):o} {stat.S_IMODE(status.st_mode):o} {status.st_uid}"
                if stat.S_ISLNK(status.st_mode):
                    text += " " + os.readlink(place)
                elif stat.S_ISREG(status.st_mode):
                    text += " " + hashlib.sha256(place.read_bytes()).hexdigest()
                found["/" + str(place.relative_to(self.upper))] = text
        return found

    def changes(self, but=()):
        """What is not as it was when the host was made: path to (then, now). Not what `but` begins the path of."""
        now = self.files()
        return {path: (self.first.get(path), now.get(path)) for path in sorted({*now, *self.first})
                if now.get(path) != self.first.get(path) and not path.startswith(tuple(but))
                and now.get(path) != self.below(path)}

    @staticmethod
    def below(path):
        """What this machine's own folder looks like: the host gets a copy of it as soon as it changes something inside."""
        with contextlib.suppress(OSError):
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                return f"{stat.S_IFMT(status.st_mode):o} {stat.S_IMODE(status.st_mode):o} {status.st_uid}"
        return ""

    # Its life.

    def boot(self):
        """Switches it on; returns when ssh answers and, where it has one, the Docker Engine does."""
        assert self.outer is None, f"{self.name} is on"
        settings = {"disk": str(self.disk), "name": self.name, "address": self.address, "cgroup": self.cgroup,
                    "gateway": f"{self.hosts.subnet}.1", "docker": self.docker, "systemd": self.systemd}
        with open(self.disk / "console.log", "ab") as log:
            self.outer = subprocess.Popen(
                [sys.executable, INIT, json.dumps(settings)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, start_new_session=True)
        assert self.outer.stdout.readline() == b"ready\n", self.said()
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "address", self.mac,
           "netns", self.outer.pid, namespace=self.hosts.switch.pid)
        ip("link", "set", self.link, "master", "br0", "up", namespace=self.hosts.switch.pid)
        self.outer.stdin.write(b"go\n")
        self.outer.stdin.flush()
        self.pid = int(self.outer.stdout.readline())
        eventually(f"{self.name}'s sshd listens", self.listens, timeout=120, every=0.2)
        if self.docker is True:
            self.wait_for_docker()
            self.make_images()

    def listens(self):
        self.is_alive()
        return self.exec("ss -Hltn sport = :22", check=False).stdout != ""

    def wait_for_docker(self):
        eventually(f"{self.name}'s Docker Engine answers",
                   lambda: self.is_alive() and self.exec("docker version", check=False).returncode == 0,
                   timeout=240, every=0.5)

    def is_alive(self):
        assert self.outer.poll() is None, f"{self.name} ended:\n{self.said()}"
        return True

    def said(self):
        """What its console and its daemons printed."""
        logs = [self.disk / "console.log", *sorted((self.upper / "var/log").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs if log.exists())

    def kill(self):
        """A loss of power: every process of it is gone at once, its disk stays."""
        if self.outer is None:
            return
        self.fast()
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.outer.stdin.close()
        self.outer.wait()
        self.outer.stdout.close()
        self.outer = self.pid = None
        # The link goes with its end in the namespace, which the kernel takes apart a moment later.
        ip("link", "del", self.link, namespace=self.hosts.switch.pid, check=False)

    def reboot(self):
        self.kill()
        self.boot()

    def forget(self):
        """Its cgroups and its disk, once it is dead."""
        if self.has_own_disk:
            subprocess.run(["umount", self.disk], check=False)
        for top in pathlib.Path("/sys/fs/cgroup").glob(f"*/{self.cgroup}"):
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)

    # What is done on it.

    def exec(self, command, check=True, user=None, timeout=60, input=None):
        """A shell's command as root (or `user`), by way of its namespaces."""
        words = ["nsenter", "-t", str(self.pid), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "env", "-i",
                 "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                 *(["su", user, "-c"] if user else ["sh", "-c"]), command]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=timeout, input=input,
                             stdin=None if input is not None else subprocess.DEVNULL)
        assert not check or ran.returncode == 0, f"{self.name}: {command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran

    def ssh(self, command, check=True, timeout=60, key=None):
        """A command by the system's ssh, as the user who logs in."""
        ran = subprocess.run(
            ["ssh", "-F", "none", "-i", key or self.key, "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
             f"{self.user}@{self.address}", command], capture_output=True, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL)
        assert not check or ran.returncode == 0, f"{self.name}: {command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran

    def processes(self):
        """The command lines of what runs on it."""
        return self.exec("ps -eo args=").stdout.splitlines()

    def make_images(self):
        """`box:1` and `worker:1`, as on an engine of `DockerEngine`."""
        if self.exec("docker image inspect box:1 worker:1", check=False).returncode == 0:
            return
        make_box(lambda *words, **options: subprocess.run(
            ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-r", "-w", "docker", *words], check=True,
            capture_output=True, **options))

    def start_docker(self):
        """Starts the Docker Engine again, where it was killed; returns when it answers."""
        self.exec("setsid dockerd --storage-driver=overlay2 >>/var/log/dockerd.log 2>&1 </dev/null &")
        self.wait_for_docker()

    @property
    def engine(self):
        """Its Docker Engine, for what is done with one of `DockerEngine`."""
        return HostEngine(self)

    def containers(self):
        """Every container, as `docker inspect` shows it."""
        return self.engine.containers()

    # What is done to it.

    def let_in_only(self, private_key):
        """From now on no other key logs in than this one, whose public half lies beside it."""
        home = "/root" if self.user == "root" else f"/home/{self.user}"
        self.exec(f"cat > {home}/.ssh/authorized_keys", input=private_key.with_suffix(".pub").read_text())

    def change_host_key(self):
        """Shows another host key from now on, as a machine that was set up anew; who is logged in is thrown out."""
        key = "/etc/ssh/ssh_host_ed25519_key"
        self.exec(f"rm {key} {key}.pub && ssh-keygen -q -t ed25519 -N '' -f {key} && pkill -KILL -x sshd &&"
                  " while pgrep -x sshd; do sleep 0.02; done; /usr/sbin/sshd")

    def cut(self):
        """Takes its cable out: nobody is told."""
        ip("link", "set", self.link, "down", namespace=self.hosts.switch.pid)

    def heal(self):
        ip("link", "set", self.link, "up", namespace=self.hosts.switch.pid)

    def slow(self, delay=0.0, loss=0.0, rate=0):
        """Each frame arrives `delay` seconds later, `loss` (0 to 1) of them never; `rate` is in bytes a second.

        Both ways: a delay of 0.05 is a round trip of 0.1 s. Kernels of small machines lack netem, so a process of ours
        carries the frames (some 100 MB/s).
        """
        self.fast()
        self.line = subprocess.Popen(
            ["nsenter", "-n", "-t", str(self.hosts.switch.pid), sys.executable, LINE, self.link, str(delay), str(loss),
             str(rate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert self.line.stdout.readline() == b"ready\n", "nobody carries the frames: it needs /dev/net/tun"

    def fast(self):
        """As it was before `slow`."""
        if self.line:
            self.line.stdin.close()
            self.line.wait()
            self.line.stdout.close()
            self.line = None
            ip("link", "set", self.link, "master", "br0", namespace=self.hosts.switch.pid)

    def refuse(self, port):
        """Nothing that comes in for this TCP port is heard, as behind a firewall."""
        self.exec(f"iptables -I INPUT -p tcp --dport {port} -j DROP")
