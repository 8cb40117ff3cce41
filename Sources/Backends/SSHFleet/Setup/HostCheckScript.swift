/// The first command on a host: asks for everything at once, changes nothing.
enum HostCheckScript {
    /// For `sh -s`. Sections of lines, each behind a line of `@` and its name; `HostCheck` reads them.
    ///
    /// - Parameter projectKey: a line of `authorized_keys`.
    static func text(projectKey: String) -> String {
        """
        LC_ALL=C; export LC_ALL
        PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH
        echo @system; uname -s
        echo @machine; uname -m
        echo @user; id -un
        echo @login; echo "$SSH_CONNECTION"
        echo @key; grep -qF \(shellWord(AuthorizedKey.blob(projectKey))) "$HOME/.ssh/authorized_keys" 2>/dev/null && echo yes
        echo @root
        if [ "$(id -u)" = 0 ]; then echo yes; root=
        elif ! command -v sudo >/dev/null 2>&1; then echo no; exit 0
        elif words=$(sudo -n true 2>&1 </dev/null); then echo sudo; root='sudo -n'
        else echo denied; echo "$words"; exit 0
        fi
        $root sh -c \(shellWord(asRoot)) </dev/null

        """
    }

    private static let asRoot = """
        LC_ALL=C; export LC_ALL
        PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH
        soon() { if command -v timeout >/dev/null 2>&1; then timeout 20 "$@"; else "$@"; fi; }
        has() { command -v "$1" >/dev/null 2>&1; }
        space() { while [ ! -d "$1" ]; do set -- "${1%/*}"; [ -n "$1" ] || set -- /; done; df -Pk "$1" | tail -n 1; }
        echo @systemd; [ -d /run/systemd/system ] && echo yes
        echo @docker
        folder=/var/lib/docker
        if has docker; then
            if words=$(soon docker info --format 'running {{.ServerVersion}} {{.DockerRootDir}}' 2>/dev/null); then
                echo "$words"
                set -- $words
                [ -d "$3" ] && folder=$3
            else
                echo silent; soon docker info 2>&1 | tail -n 2
            fi
        elif [ -S /var/run/docker.sock ]; then echo socket
        else echo none
        fi
        echo @programs-space; space \(HostLayout.folder)
        echo @docker-space; space "$folder"
        echo @cpus; nproc 2>/dev/null || grep -c '^processor' /proc/cpuinfo
        echo @memory; grep '^MemTotal:' /proc/meminfo
        echo @addresses; ip -o -4 addr show 2>/dev/null
        echo @nvidia
        if has nvidia-smi; then
            soon nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits 2>/dev/null
            echo @driver; soon nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null
        elif has amd-smi; then
            echo @amd; soon amd-smi static --json --asic --vram 2>/dev/null
            echo @driver; cat /sys/module/amdgpu/version 2>/dev/null
        elif has rocm-smi; then
            echo @rocm; soon rocm-smi --showproductname --showmeminfo vram --json 2>/dev/null
            echo @driver; cat /sys/module/amdgpu/version 2>/dev/null
        fi
        echo @missing; for tool in tar sha256sum find; do has $tool || echo $tool; done
        echo @mark; cat \(HostLayout.mark) 2>/dev/null
        echo @files
        sha256sum \(HostLayout.unit) 2>/dev/null
        if cd \(HostLayout.folder) 2>/dev/null; then
            find . -path ./.upload -prune -o -type f -exec sha256sum {} + 2>/dev/null
            echo @report; [ -x ./dstack-shim ] && soon ./dstack-shim --ask 0 --shim-http-port \(HostLayout.shimPort)
        fi
        exit 0
        """
}
