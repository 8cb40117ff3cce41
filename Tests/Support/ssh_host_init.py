"""What a test host is made of, from its first process on: run by `ssh_hosts.py`, never by hand.

    python3 ssh_host_init.py SETTINGS

SETTINGS is a JSON object. The process makes namespaces of its own and says `ready`; the test puts the network into them
and answers `go`. Then it starts the host's process 1 in a root of its own, prints its id, and stays until that one ends
or until its standard input does, which is when the test has ended, however it did: then nothing of the host is left.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import uuid

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWPID, NEWNET = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000)
CONTROLLERS = "/sys/fs/cgroup"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "fuse", "net/tun", "loop-control")


def checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, options=None):
    if not os.path.isfile(target):
        os.makedirs(target, exist_ok=True)
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    checked(LIBC.mount(*encoded, flags, options.encode() if options else None), f"mount {kind} on {target}")


BIND, RECURSIVE, PRIVATE, NOSUID, NODEV, NOEXEC = 4096, 16384, 1 << 18, 2, 4, 8


def hierarchies():
    """The mounted cgroup hierarchies: folder below /sys/fs/cgroup, type, options. The root itself where it is v2."""
    found = []
    for line in open("/proc/self/mounts"):
        _, target, kind, options, *_ = line.split()
        if kind in ("cgroup", "cgroup2") and (target + "/").startswith(CONTROLLERS + "/"):
            controllers = [o for o in options.split(",") if o not in ("rw", "relatime", "nosuid", "nodev", "noexec")]
            found.append((target[len(CONTROLLERS) + 1:], kind, ",".join(controllers)))
    return found


def enter_cgroups(name):
    """A cgroup of the host's own in each hierarchy, which the host then sees as the root."""
    for folder, kind, options in hierarchies():
        place = f"{CONTROLLERS}/{folder}/{name}"
        os.makedirs(place, exist_ok=True)
        if "cpuset" in options:
            for file in ("cpuset.cpus", "cpuset.mems"):
                with open(f"{CONTROLLERS}/{folder}/{file}") as parent, open(f"{place}/{file}", "w") as own:
                    own.write(parent.read())
        with open(f"{place}/cgroup.procs", "w") as file:
            file.write(str(os.getpid()))
    checked(LIBC.unshare(NEWCGROUP), "unshare the cgroups")


def make_root(settings):
    """Mounts the host's file system and makes it the root."""
    disk, root = settings["disk"], settings["disk"] + "/root"
    checked(LIBC.mount(b"none", b"/", None, RECURSIVE | PRIVATE, None), "make mounts private")
    mount("overlay", root, "overlay", 0, f"lowerdir=/,upperdir={disk}/upper,workdir={disk}/work")
    mount("proc", root + "/proc", "proc", NOSUID | NODEV | NOEXEC)
    # A kernel of its own, as far as programs can tell.
    with open(disk + "/boot_id", "w") as file:
        file.write(f"{uuid.uuid4()}\n")
    mount(disk + "/boot_id", root + "/proc/sys/kernel/random/boot_id", None, BIND)
    mount("sysfs", root + "/sys", "sysfs", NOSUID | NODEV | NOEXEC)
    mount("tmpfs", root + "/run", "tmpfs", NOSUID | NODEV, "mode=755")
    mount("tmpfs", root + "/dev", "tmpfs", NOSUID, "mode=755")
    for name in DEVICES + tuple(f"loop{number}" for number in range(8)):
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(f"/dev/{name}")
            os.makedirs(os.path.dirname(f"{root}/dev/{name}"), exist_ok=True)
            os.mknod(f"{root}/dev/{name}", status.st_mode, status.st_rdev)
            os.chmod(f"{root}/dev/{name}", 0o666 if name != "loop-control" else 0o600)
    mount("devpts", root + "/dev/pts", "devpts", NOSUID | NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    mount("tmpfs", root + "/dev/shm", "tmpfs", NOSUID | NODEV)
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, f"{root}/dev/{name}")
    groups = hierarchies()
    if not any(folder == "" for folder, *_ in groups):
        mount("tmpfs", root + CONTROLLERS, "tmpfs", NOSUID | NODEV | NOEXEC, "mode=755")
    for folder, kind, options in groups:
        mount("cgroup", f"{root}{CONTROLLERS}/{folder}".rstrip("/"), kind, NOSUID | NODEV | NOEXEC,
              options if kind == "cgroup" else None)
    for name in ("docker", "containerd"):
        # An overlay holds no overlays: what the engine keeps lies on the real disk, and stays when the host boots.
        os.makedirs(f"{disk}/{name}", exist_ok=True)
        mount(f"{disk}/{name}", f"{root}/var/lib/{name}", None, BIND)
    os.makedirs(root + "/.old", exist_ok=True)
    os.chdir(root)
    checked(LIBC.pivot_root(b".", b".old"), "pivot_root")
    os.chdir("/")
    checked(LIBC.umount2(b"/.old", 2), "unmount the old root")
    os.rmdir("/.old")


def start_network(settings):
    run = lambda *words: subprocess.run(words, check=True)  # noqa: E731
    run("ip", "link", "set", "lo", "up")
    run("ip", "addr", "add", f"{settings['address']}/24", "dev", "eth0")
    run("ip", "link", "set", "eth0", "up")
    run("ip", "route", "add", "default", "via", settings["gateway"])


def be_init(settings):
    """Process 1: sets the host up and starts what runs on it."""
    make_root(settings)
    checked(LIBC.sethostname(settings["name"].encode(), len(settings["name"])), "sethostname")
    start_network(settings)
    os.umask(0o022)
    # Before the first process of the host reads it.
    for name in os.listdir("/tmp"):
        subprocess.run(["rm", "-rf", "/tmp/" + name], check=False)
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    if settings["systemd"]:
        os.environ.clear()
        os.environ.update(environment, container="dstack-test")
        os.execv("/lib/systemd/systemd", ["systemd", "--unit=hosts.target", "--log-level=info", "--log-target=console",
                                          "--show-status=no"])
    os.makedirs("/run/sshd", exist_ok=True)
    programs = [["/usr/sbin/sshd", "-D", "-e"]]
    if settings["docker"] is True:
        programs.append(["dockerd", "--storage-driver=overlay2"])
    for program in programs:
        log = open(f"/var/log/{os.path.basename(program[0])}.log", "ab")
        subprocess.Popen(program, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                         start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        # Process 1 buries the host's orphans.
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            signal.sigwait({signal.SIGCHLD})


def main():
    settings = json.loads(sys.argv[1])
    enter_cgroups(settings["cgroup"])
    checked(LIBC.unshare(NEWNS | NEWUTS | NEWIPC | NEWPID | NEWNET), "unshare")
    print("ready", flush=True)
    if sys.stdin.readline() != "go\n":
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    child = os.fork()
    if child == 0:
        try:
            null = os.open("/dev/null", os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(2, 1)
            os.setsid()
            if settings["systemd"]:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            be_init(settings)
        except BaseException as error:  # noqa: BLE001  Said to the log; then the host is dead.
            print(f"process 1: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    print(child, flush=True)
    handle = os.pidfd_open(child)
    # Either the host dies, or the test lets go of it.
    select.select([handle, 0], [], [])
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


main()
