"""A Docker Engine of the tests' own: started on a socket of its own, with images that need no network."""

import contextlib
import io
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time

from dstack_harness import eventually, free_port, processes_naming

BUSYBOX = "/bin/busybox"
APPLETS = ("sh", "ls", "cat", "echo", "id", "env", "sleep", "true", "false", "head", "tail", "dd", "grep", "ps", "nc",
           "wget", "mkdir", "hostname", "stat", "pwd", "touch", "httpd", "df", "seq", "tar", "chmod", "sed", "yes",
           "kill", "printf", "rm", "date", "test", "readlink", "find", "wc")


COUNT = itertools.count()


class DockerEngine:
    """`with DockerEngine() as engine:` runs a daemon; `engine.host` is what DOCKER_HOST is to say."""

    def __init__(self, data=None, driver="overlay2"):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-docker-", dir="/tmp"))
        self.socket = self.scratch / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.data = data or self.scratch / "data"
        self.driver = driver
        self.process = None
        self.containerd = None
        # A network of its own: engines that share docker0 would give one address to two containers.
        self.bridge = f"ds{os.getpid() % 10000}x{next(COUNT)}"
        self.subnet = f"10.{random.randrange(100, 250)}.{random.randrange(256)}"

    def __enter__(self):
        try:
            self.start()
            self.make_images()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, *flags, tries=5):
        with open(self.scratch / "dockerd.log", "ab") as log:
            if self.containerd is None:
                subprocess.run(["ip", "link", "add", self.bridge, "type", "bridge"], check=True)
                subprocess.run(["ip", "addr", "add", f"{self.subnet}.1/24", "dev", self.bridge], check=True)
                self.start_containerd()
            self.process = subprocess.Popen(
                ["dockerd", "--host", self.host, "--data-root", self.data, "--exec-root", self.scratch / "exec",
                 "--containerd", self.scratch / "containerd.sock", "--bridge", self.bridge,
                 "--pidfile", self.scratch / "pid", "--storage-driver", self.driver, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

        def ready():
            if self.process.poll() is not None and "iptables failed" in self.said()[-1000:] and tries > 1:
                # Another engine of this machine changed the chains that they share.
                return self.start(*flags, tries=tries - 1) or True
            assert self.process.poll() is None, f"dockerd ended:\n{self.said()[-3000:]}"
            return self.run("version", check=False).returncode == 0

        eventually("the Docker Engine answers", ready, timeout=240, every=0.5)

    def start_containerd(self):
        """As on a host with systemd: containers outlive a daemon that is killed, and containerd too."""
        with open(self.scratch / "dockerd.log", "ab") as log:
            self.containerd = subprocess.Popen(
                ["containerd", "--address", self.scratch / "containerd.sock", "--root", f"{self.data}/containerd",
                 "--state", self.scratch / "containerd"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        eventually("containerd listens", (self.scratch / "containerd.sock").exists, timeout=60)

    def kill_containerd(self):
        """SIGKILL; the processes that hold the containers stay."""
        self.containerd.kill()
        self.containerd.wait()
        with contextlib.suppress(FileNotFoundError):
            (self.scratch / "containerd.sock").unlink()

    def said(self):
        return (self.scratch / "dockerd.log").read_text(errors="replace")

    def kill(self):
        """SIGKILL to the daemon; containers stay, as after a crash."""
        self.process.kill()
        self.process.wait()
        # What the daemon would have deleted; the next one does not start over it.
        for name in ("pid", "docker.sock"):
            with contextlib.suppress(FileNotFoundError):
                (self.scratch / name).unlink()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def close(self):
        if self.process and self.process.poll() is None:
            names = self.run("ps", "-aq", check=False).stdout.split()
            if names:
                self.run("rm", "-f", *names, check=False)
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        for process in (self.process, self.containerd):
            with contextlib.suppress(OSError):
                if process:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        # Containers that outlived a killed daemon.
        for pid in processes_naming(str(self.scratch)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(["ip", "link", "del", self.bridge], check=False, capture_output=True)
        mounts = [line.split()[1] for line in open("/proc/self/mounts") if str(self.scratch) in line]
        for place in reversed(mounts):
            subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def run(self, *arguments, check=True, **options):
        return run_docker(self.host, *arguments, check=check, **options)

    def containers(self):
        """Every container, as `docker inspect` shows it."""
        return list_containers(self.run)

    # Images.

    def make_images(self):
        make_box(self.run)

    def import_image(self, root, name, *changes):
        import_image(self.run, root, name, *changes)

    def set_architecture(self, name, architecture):
        set_architecture(self.run, name, architecture)


def run_docker(host, *arguments, check=True, **options):
    """Docker's client with what is DOCKER_HOST to it."""
    return subprocess.run(
        ["docker", "--host", host, *map(str, arguments)], capture_output=True, text=True, check=check, timeout=120,
        **options)


def list_containers(docker):
    """Every container, as `docker inspect` shows it."""
    names = docker("ps", "-aq").stdout.split()
    if not names:
        return []
    shown = docker("inspect", *names, check=False)
    # One that went meanwhile is no container any more; the others are shown all the same.
    assert all("no such object" in line.lower() for line in shown.stderr.splitlines()), shown
    return json.loads(shown.stdout)


def set_architecture(docker, name, architecture):
    """Makes an image say that it is made for other processors."""
    with tempfile.TemporaryDirectory(prefix="dstack-saved-") as scratch:
        saved, changed = f"{scratch}/saved", f"{scratch}/changed"
        docker("save", "-o", saved, name)
        with tarfile.open(saved) as old, tarfile.open(changed, "w") as new:
            config = json.load(old.extractfile("manifest.json"))[0]["Config"]
            for member in old:
                content = old.extractfile(member).read() if member.isfile() else b""
                if member.name == config:
                    content = json.dumps({**json.loads(content), "architecture": architecture}).encode()
                    member.size = len(content)
                new.addfile(member, io.BytesIO(content))
        docker("rmi", "-f", name)
        docker("load", "-i", changed)


def make_box(docker):
    """Makes `box:1` and `worker:1` of a static busybox; `docker(*words, stdin=)` runs Docker's client."""
    with tempfile.TemporaryDirectory(prefix="dstack-box-") as scratch:
        root = pathlib.Path(scratch)
        for folder in ("bin", "etc", "tmp", "home/worker", "root"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(BUSYBOX, root / "bin/busybox")
        for name in APPLETS:
            (root / "bin" / name).symlink_to("busybox")
        (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000::/home/worker:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\nworker:x:1000:\n")
        os.chmod(root, 0o755)
        os.chmod(root / "tmp", 0o1777)
        os.chown(root / "home/worker", 1000, 1000)
        import_image(docker, root, "box:1")
        import_image(
            docker, root, "worker:1", "USER worker", "WORKDIR /home/worker", "ENV COLOUR=green",
            'ENTRYPOINT ["/bin/sh", "-c"]', 'CMD ["echo own command; id -u; pwd; echo $COLOUR"]')


def import_image(docker, root, name, *changes):
    """An image of a folder."""
    flags = [part for change in changes for part in ("--change", change)]
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        docker("import", *flags, "-", name, stdin=tar.stdout)
        assert tar.wait() == 0


class Registry:
    """Debian's docker-registry on loopback, with or without a password, behind a slow line if wanted.

    `inside` is a `Host` on whose loopback it is, in place of this machine's.
    """

    def __init__(self, user=None, password=None, bytes_per_second=None, inside=None):
        self.inside = inside
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-registry-", dir="/tmp"))
        self.user, self.password = user, password
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.line = None
        if bytes_per_second:
            self.line = SlowLine(self.port, bytes_per_second)
            self.address = f"127.0.0.1:{self.line.port}"

    def __enter__(self):
        auth = ""
        if self.user:
            import bcrypt  # Only who has a password needs the package.

            salted = bcrypt.hashpw(self.password.encode(), bcrypt.gensalt(4)).decode()
            (self.scratch / "htpasswd").write_text(f"{self.user}:{salted}\n")
            auth = f"auth:\n  htpasswd:\n    realm: test\n    path: {self.scratch}/htpasswd\n"
        (self.scratch / "config.yml").write_text(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: "
            f"{self.scratch}/data\nhttp:\n  addr: 127.0.0.1:{self.port}\n{auth}")
        with open(self.scratch / "log", "wb") as log:
            self.process = subprocess.Popen(
                [*(["nsenter", "-n", "-t", str(self.inside.pid)] if self.inside else []), "docker-registry", "serve",
                 self.scratch / "config.yml"], stdout=log, stderr=log)

        def ready():
            assert self.process.poll() is None, (self.scratch / "log").read_text()
            if self.inside:
                return self.inside.exec(f"ss -Hltn sport = :{self.port}").stdout != ""
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True

        eventually("the registry listens", ready)
        return self

    def __exit__(self, *_):
        if self.line:
            self.line.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def push(self, engine, source, name, size=0):
        """Pushes an image, grown by `size` random bytes, and deletes it on the engine; returns its name."""
        direct = f"127.0.0.1:{self.port}/{name}"
        container = engine.run("create", source, "true").stdout.strip()
        if size:
            filler = self.scratch / "filler"
            with open(filler, "wb") as file:
                for _ in range(size >> 20):
                    file.write(os.urandom(1 << 20))
            engine.run("cp", filler, f"{container}:/filler")
        engine.run("commit", container, direct)
        engine.run("rm", container)
        if self.user:
            engine.run("login", "-u", self.user, "-p", self.password, f"127.0.0.1:{self.port}")
        engine.run("push", direct)
        if self.user:
            engine.run("logout", f"127.0.0.1:{self.port}")
        engine.run("rmi", direct)
        return f"{self.address}/{name}"


class SlowLine:
    """Forwards connections to a port, no faster than so many bytes a second each."""

    def __init__(self, target, rate):
        self.target, self.rate = target, rate
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self.copy, args=(near, far, None), daemon=True).start()
                threading.Thread(target=self.copy, args=(far, near, self.rate), daemon=True).start()

    @staticmethod
    def copy(source, target, rate):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
                if rate:
                    time.sleep(len(piece) / rate)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.close()
