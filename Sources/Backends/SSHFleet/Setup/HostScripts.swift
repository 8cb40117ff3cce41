/// The texts that run on a host. Each may be run again.
enum HostScripts {
    /// How many seconds tasks may take to end.
    static let endTime = 60
    /// How many seconds a shim may take from its start to its first answer.
    static let startTime = 20
    /// Exit status where the host is another's; its mark is printed.
    static let takenStatus = 77
    /// Exit status where tasks did not end.
    static let tasksLeftStatus = 78
    /// Exit status where another of these scripts is at it.
    static let busyStatus = 79
    /// How many seconds a removal waits for another script to end: a cancelled set-up's may still run.
    static let removalPatience = 60
    /// The same for what is tried again anyway.
    static let patience = 5

    private static let path = """
        LC_ALL=C; export LC_ALL
        PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH

        """

    /// A command that any login shell understands.
    static func command(_ script: String, bySudo: Bool = false) -> String {
        (bySudo ? "sudo -n " : "") + "sh -c " + shellWord(path + script)
    }

    /// The same for root to run as another user, in that one's home.
    static func command(_ script: String, asUser user: String) -> String {
        "su -s /bin/sh -c \(shellWord(path + script)) -- \(shellWord(user))\n"
    }

    /// Lets one script at a time change what is on the host, until the shell that runs it ends or lets go of it. Who has
    /// removed everything has removed the lock's file too: then another one is the lock. Without `flock` it goes on.
    ///
    /// - Parameter patience: in seconds.
    static func lock(patience: Int) -> String {
        """
        if command -v flock >/dev/null 2>&1 && [ -d /run ]; then
            left=\(patience)
            while :; do
                exec 9>>\(HostLayout.lock)
                if flock -n 9; then
                    [ \(HostLayout.lock) -ef /proc/self/fd/9 ] && break
                fi
                if [ $left -le 0 ]; then
                    echo 'dstack sets it up or gives it back at this moment' >&2; exit \(busyStatus)
                fi
                left=$((left - 1))
                sleep 1
            done
        fi

        """
    }

    /// What a script starts and leaves behind must not hold the lock.
    private static let unlocked = "9>&-"

    /// Goes on only where the host is an instance's still: a removal may have come first.
    private static func isStill(_ instance: String) -> String {
        """
        if ! grep -qxF \(shellWord("instance=" + instance)) \(HostLayout.mark) 2>/dev/null; then
            echo 'it was given back meanwhile' >&2; exit \(busyStatus)
        fi

        """
    }

    /// What the one who logged in came from, for `claim`: `sudo` keeps it to itself.
    static let clientWord = #" sh "${SSH_CONNECTION%% *}""#

    /// Says whose host it is and takes the programs in: an archive of them is its input where `hasArchive`. Each file
    /// takes its place as a whole, so what runs there goes on. Its first argument is the address of who logged in. While the
    /// archive comes, which may take long, nobody is kept off.
    static func claim(_ request: HostSetupRequest, hasArchive: Bool) -> String {
        let unpack = """
            rm -rf .upload
            mkdir .upload
            tar -xf - -C .upload
            \(lock(patience: patience))\(isStill(request.instanceID))cd .upload
            find . -type d | while read -r name; do mkdir -p "../$name"; done
            find . ! -type d | while read -r name; do mv -f "$name" "../$name"; done
            cd ..
            rm -rf .upload

            """
        return """
            set -e
            umask 022
            \(lock(patience: patience))mkdir -p \(HostLayout.folder)
            cd \(HostLayout.folder)
            # A loss of power may leave a claim that says nothing.
            find . -maxdepth 1 -name host -empty -mmin +1 -exec rm -f {} \\;
            set -C
            if ! { printf '%s\\n' \(shellWord("instance=" + request.instanceID)) \
            \(shellWord("hostname=" + request.hostname)) \(shellWord("user=" + request.target.hop.user)) "server=$1" \
            "date=$(date -u +%Y-%m-%dT%H:%M:%SZ)" >host; } 2>/dev/null; then
                if ! grep -qxF \(shellWord("instance=" + request.instanceID)) host; then
                    cat host; exit \(takenStatus)
                fi
            fi
            set +C
            exec 9>&-
            \(hasArchive ? unpack : "")
            """
    }

    /// Writes everything that is no program, starts the shim and prints what it answers.
    ///
    /// - Parameters:
    ///   - instance: whose host it has to be.
    ///   - restart: whether a shim that runs is replaced.
    static func install(_ files: [HostFile], instance: String, hasSystemd: Bool, restart: Bool) -> String {
        var text = path + "set -e\numask 022\n" + lock(patience: patience) + isStill(instance)
        text += "mkdir -p \(HostLayout.state)\nchmod 700 \(HostLayout.state)\n"
        for file in files {
            text += "rm -f \(file.path).new\n(umask 077; printf '%s' \(shellWord(file.text)) >\(file.path).new)\n"
            text += "chmod \(file.mode) \(file.path).new\nmv -f \(file.path).new \(file.path)\n"
        }
        text += "chcon -R -t bin_t \(HostLayout.folder) 2>/dev/null || true\n"
        if restart { text += stop(onlyOurs: false) }
        text += hasSystemd ? startBySystemd : startAlone
        text += "\(HostLayout.shim) --ask \(startTime) --shim-http-port \(HostLayout.shimPort)\n"
        return text
    }

    /// Starts a shim that was installed, and does nothing where it runs.
    static func start(hasSystemd: Bool?) -> String {
        """
        \(path)\(lock(patience: patience))[ -x \(HostLayout.start) ] || { echo 'it is not set up any more' >&2; exit 1; }
        if [ -d /run/systemd/system ] && [ -e \(HostLayout.unit) ]; then
        \(startBySystemd)else
        \(startAlone)fi

        """
    }

    private static let startBySystemd = """
        systemctl daemon-reload
        systemctl --quiet enable \(HostLayout.unitName)
        systemctl start \(HostLayout.unitName)

        """

    private static let startAlone = """
        pid=$(cat \(HostLayout.supervisor) 2>/dev/null) || pid=
        if [ -z "$pid" ] || ! grep -q '\(HostLayout.supervise)' "/proc/$pid/cmdline" 2>/dev/null; then
            alone=nohup; command -v setsid >/dev/null 2>&1 && alone=setsid
            $alone \(HostLayout.supervise) </dev/null >/dev/null 2>&1 \(unlocked) &
        fi

        """

    /// Whether the service is the one that we made; dstack's own has the same name.
    private static let hasUnit = "[ -e \(HostLayout.unit) ] && grep -q '\(HostLayout.start)' \(HostLayout.unit)"

    /// Ends the shim on the port; its tasks stay.
    ///
    /// - Parameter onlyOurs: whether one that we did not put there goes on. Nothing else is called by this name there: a
    ///   server's own shim has no port.
    private static func stop(onlyOurs: Bool) -> String {
        let unit = onlyOurs ? hasUnit : "[ -e \(HostLayout.unit) ]"
        let foreign =
            onlyOurs
            ? "pid="
            : #"pid=$(ss -Hltnp 'sport = :\#(HostLayout.shimPort)' 2>/dev/null"#
                + #" | sed -n 's/.*"dstack-shim",pid=\([0-9]*\).*/\1/p')"#
        return """
            if \(unit) && [ -d /run/systemd/system ]; then
                systemctl stop \(HostLayout.unitName) 2>/dev/null || true
            fi
            pid=$(cat \(HostLayout.supervisor) 2>/dev/null) || pid=
            if [ -n "$pid" ] && grep -q '\(HostLayout.supervise)' "/proc/$pid/cmdline" 2>/dev/null; then
                kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
            fi
            rm -f \(HostLayout.supervisor)
            left=100
            while [ $left -gt 0 ]; do
                pid=$(cat \(HostLayout.child) 2>/dev/null) || pid=
                case $(readlink "/proc/$pid/exe" 2>/dev/null) in
                \(HostLayout.shim)*) ;;
                *) \(foreign) ;;
                esac
                [ -n "$pid" ] || break
                parent=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null) || parent=
                if [ -n "$parent" ] && [ "$parent" != 1 ] && grep -q dstack-shim "/proc/$parent/cmdline" 2>/dev/null; then
                    kill -TERM "$parent" 2>/dev/null || true
                fi
                kill -TERM "$pid" 2>/dev/null || true
                sleep 0.1 2>/dev/null || sleep 1
                left=$((left - 1))
            done
            rm -f \(HostLayout.child)

            """
    }

    /// Ends the tasks and takes everything back but the key. Images that jobs pulled stay: they are the engine's cache.
    ///
    /// - Parameter instance: whose host it has to be; nil does not ask.
    static func remove(instance: String?) -> String {
        let check =
            instance.map {
                """
                if ! grep -qxF \(shellWord("instance=" + $0)) \(HostLayout.mark) 2>/dev/null; then
                    # Without a claim there is nothing of ours.
                    [ -s \(HostLayout.mark) ] || { rm -f \(HostLayout.lock); exit 0; }
                    exit \(takenStatus)
                fi

                """
            } ?? ""
        return """
            \(path)\(lock(patience: removalPatience))\(check)
            if [ -x \(HostLayout.shim) ] && [ -x \(HostLayout.start) ]; then
                end() { \(HostLayout.shim) --end-tasks \(endTime) --shim-http-port \(HostLayout.shimPort); }
                words=$(end 2>&1); status=$?
                if [ $status = 3 ] && [ -d \(HostLayout.state) ]; then
                    # What it left is only known to a shim.
                    setsid \(HostLayout.start) </dev/null >/dev/null 2>&1 \(unlocked) &
                    \(HostLayout.shim) --ask \(startTime) --shim-http-port \(HostLayout.shimPort) >/dev/null 2>&1
                    words=$(end 2>&1); status=$?
                    if [ $status = 3 ] && ls \(HostLayout.state)/containers/*.json >/dev/null 2>&1; then
                        words='its dstack-shim cannot be started, and has records of jobs'; status=2
                    fi
                fi
                [ $status != 2 ] || { echo "$words" >&2; exit \(tasksLeftStatus); }
            fi
            if [ -d /run/systemd/system ] && \(hasUnit); then
                systemctl --quiet disable \(HostLayout.unitName) 2>/dev/null
            fi
            \(stop(onlyOurs: true))
            if \(hasUnit); then
                rm -f \(HostLayout.unit)
                if [ -d /run/systemd/system ]; then
                    systemctl daemon-reload
                    systemctl reset-failed \(HostLayout.unitName) 2>/dev/null
                fi
            fi
            rm -rf \(HostLayout.state)
            rmdir /root/.dstack 2>/dev/null
            # The claim goes last: what is cut off here is done again.
            find \(HostLayout.folder) -mindepth 1 -maxdepth 1 ! -name host -exec rm -rf {} + 2>/dev/null
            rm -rf \(HostLayout.folder)
            rm -f \(HostLayout.lock)
            exit 0

            """
    }
}
