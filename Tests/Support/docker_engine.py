"""A Docker Engine of the tests' own: started on a socket of its own, with images that need no network."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from dstack_harness import eventually

BUSYBOX = "/bin/busybox"
APPLETS = ("sh", "ls", "cat", "echo", "id", "env", "sleep", "true", "false", "head", "tail", "dd", "grep", "ps", "nc",
           "wget", "mkdir", "hostname", "stat", "pwd", "touch", "httpd", "df", "seq", "tar", "chmod", "sed", "yes",
           "kill", "printf", "rm", "date", "test", "readlink", "find", "wc")


class DockerEngine:
    """`with DockerEngine() as engine:` runs a daemon; `engine.host` is what DOCKER_HOST is to say."""

    def __init__(self, data=None):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="dstack-docker-", dir="/tmp"))
        self.socket = self.scratch / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.data = data or self.scratch / "data"
        self.process = None

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

    def start(self, *flags):
        with open(self.scratch / "dockerd.log", "ab") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--host", self.host, "--data-root", self.data, "--exec-root", self.scratch / "exec",
                 "--pidfile", self.scratch / "pid", "--storage-driver", "overlay2", *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

        def ready():
            assert self.process.poll() is None, f"dockerd ended:\n{self.said()[-3000:]}"
            return self.run("version", check=False).returncode == 0

        eventually("the Docker Engine answers", ready, timeout=60)

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
        with contextlib.suppress(OSError, ProcessLookupError):
            if self.process:
                os.killpg(self.process.pid, signal.SIGKILL)
        mounts = [line.split()[1] for line in open("/proc/self/mounts") if str(self.scratch) in line]
        for place in reversed(mounts):
            subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def run(self, *arguments, check=True, **options):
        return subprocess.run(
            ["docker", "--host", self.host, *map(str, arguments)], capture_output=True, text=True, check=check,
            timeout=120, **options)

    def containers(self):
        """Every container, as `docker inspect` shows it."""
        names = self.run("ps", "-aq").stdout.split()
        return json.loads(self.run("inspect", *names).stdout) if names else []

    # Images.

    def make_images(self):
        root = self.scratch / "rootfs"
        for folder in ("bin", "etc", "tmp", "home/worker", "root"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(BUSYBOX, root / "bin/busybox")
        for name in APPLETS:
            (root / "bin" / name).symlink_to("busybox")
        (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000::/home/worker:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\nworker:x:1000:\n")
        os.chmod(root / "tmp", 0o1777)
        os.chown(root / "home/worker", 1000, 1000)
        self.import_image(root, "box:1")
        self.import_image(
            root, "worker:1", "USER worker", "WORKDIR /home/worker", "ENV COLOUR=green",
            'ENTRYPOINT ["/bin/sh", "-c"]', 'CMD ["echo own command; id -u; pwd; echo $COLOUR"]')
        shutil.rmtree(root)

    def import_image(self, root, name, *changes):
        flags = [part for change in changes for part in ("--change", change)]
        tar = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
        self.run("import", *flags, "-", name, stdin=tar.stdout)
        assert tar.wait() == 0
