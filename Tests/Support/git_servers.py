"""Real git servers on loopback: `git http-backend` behind nginx, open and with a password, and sshd with a deploy key."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from dstack_harness import eventually, free_port

BACKEND = "/usr/lib/git-core/git-http-backend"


def git(*arguments, cwd, **environment):
    """Runs git as a person with an empty home would; returns what it prints."""
    ran = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *map(str, arguments)], cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "GIT_CONFIG_NOSYSTEM": "1",
             "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
             "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", **environment},
        capture_output=True, text=True, errors="replace", timeout=120)
    assert ran.returncode == 0, (arguments, ran.stdout, ran.stderr)
    return ran.stdout.strip()


class GitServers:
    """`with GitServers() as servers:` starts them and ends them. Repositories are bare ones in `root`."""

    token = "tok'en-only-for-tests"

    def __init__(self, host="127.0.0.1"):
        # Where http is served: containers reach this machine by their network's gateway only.
        self.host = host
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="git-servers-"))
        self.root = self.scratch / "root"
        self.seeds = self.scratch / "seeds"
        for folder in (self.root, self.seeds):
            folder.mkdir()
        self.processes = []
        self.http_port, self.https_port, self.ssh_port = free_port(), free_port(), free_port()
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.certificate = self.scratch / "server.crt"
        self.key = self.scratch / "deploy_key"

    def __enter__(self):
        try:
            self.start_http()
            self.start_ssh()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def spawn(self, *arguments, **environment):
        with open(self.scratch / "servers.log", "ab") as log:
            self.processes.append(subprocess.Popen(
                list(map(str, arguments)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "HOME": str(self.scratch), **environment}))

    def said(self):
        return "".join(file.read_text(errors="replace") for file in self.scratch.glob("*.log"))

    # HTTP.

    def start_http(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.scratch / "server.key", "-out",
             self.certificate], check=True, capture_output=True)
        (self.scratch / "passwords").write_text(f"anything:{{PLAIN}}{self.token}\n")
        socket = self.scratch / "fcgi.sock"
        backend = f"""
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME {BACKEND};
            fastcgi_param GIT_PROJECT_ROOT {self.root};
            fastcgi_param GIT_HTTP_EXPORT_ALL "";
            fastcgi_param PATH_INFO $uri;
            fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
            fastcgi_pass unix:{socket};"""
        temporary = "".join(
            f"{kind}_temp_path {self.scratch}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.scratch / "nginx.conf").write_text(f"""
            {'user root;' if os.getuid() == 0 else ''}
            worker_processes 1; daemon off; pid {self.scratch}/nginx.pid; error_log {self.scratch}/nginx.log;
            events {{}}
            http {{
                access_log {self.scratch}/access.log; {temporary} client_max_body_size 0;
                server {{
                    listen {self.host}:{self.http_port};
                    listen 127.0.0.1:{self.https_port} ssl;
                    ssl_certificate {self.certificate}; ssl_certificate_key {self.scratch}/server.key;
                    location / {{ {backend} }}
                    location /private/ {{
                        auth_basic "private"; auth_basic_user_file {self.scratch}/passwords; {backend}
                    }}
                }}
            }}""")
        self.spawn("fcgiwrap", "-f", "-c", "4", "-s", f"unix:{socket}")
        eventually("fcgiwrap listens", socket.exists)
        self.spawn("nginx", "-c", self.scratch / "nginx.conf", "-p", self.scratch)
        self.wait_for_port(self.http_port)

    def wait_for_port(self, port):
        import socket

        def listens():
            assert all(process.poll() is None for process in self.processes), self.said()
            with contextlib.suppress(OSError):
                socket.create_connection((self.host if port == self.http_port else "127.0.0.1", port), 1).close()
                return True
            return False

        eventually(f"something listens on {port}", listens, timeout=10)

    # SSH.

    def start_ssh(self):
        for name in ("host_key", "deploy_key", "other_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.scratch / name], check=True)
        (self.scratch / "authorized").write_text((self.scratch / "deploy_key.pub").read_text())
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.spawn(
            shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", self.scratch / "host_key",
            *(f"-o{option}" for option in (
                f"Port={self.ssh_port}", "ListenAddress=127.0.0.1", f"AuthorizedKeysFile={self.scratch}/authorized",
                "StrictModes=no", "UsePAM=no", "PidFile=none", "PermitRootLogin=yes", "PasswordAuthentication=no",
                "AllowTcpForwarding=no", "PermitTTY=no")))
        self.wait_for_port(self.ssh_port)

    # Repositories.

    def url(self, name, private=False, secure=False):
        scheme, port = ("https", self.https_port) if secure else ("http", self.http_port)
        return f"{scheme}://{self.host}:{port}/{'private/' if private else ''}{name}.git"

    def ssh_url(self, name):
        return f"ssh://{self.user}@127.0.0.1:{self.ssh_port}{self.root}/{name}.git"

    def bare(self, name, private=False):
        return self.root / ("private" if private else "") / f"{name}.git"

    def make(self, name, files, private=False):
        """A bare repository with one commit of the files on `main`; returns the commit."""
        bare, seed = self.bare(name, private), self.seeds / name
        bare.parent.mkdir(exist_ok=True)
        git("init", "-q", "--bare", bare, cwd=self.scratch)
        seed.mkdir()
        git("init", "-q", cwd=seed)
        git("remote", "add", "origin", bare, cwd=seed)
        return self.push(name, files, "first")

    def push(self, name, files, message, *flags):
        """Commits the files over what is there and pushes; returns the commit."""
        seed = self.seeds / name
        for path, content in files.items():
            (seed / path).parent.mkdir(parents=True, exist_ok=True)
            (seed / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        git("add", "-A", cwd=seed)
        git("commit", "-q", "--allow-empty", "-m", message, cwd=seed)
        git("push", "-q", *flags, "-u", "origin", "HEAD", cwd=seed)
        return git("rev-parse", "HEAD", cwd=seed)

    def clone(self, name, folder, private=False, url=None):
        """A person's clone in `folder`, whose origin is `url`, over HTTP where none is given."""
        folder = pathlib.Path(folder)
        git("clone", "-q", self.bare(name, private), folder, cwd=self.scratch)
        git("remote", "set-url", "origin", url or self.url(name, private), cwd=folder)
        git("config", "user.name", "Grace Hopper", cwd=folder)
        git("config", "user.email", "grace@example.com", cwd=folder)
        return folder
