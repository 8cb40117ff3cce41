/// A file on a host that is written from text.
struct HostFile: Equatable, Sendable {
    var path: String
    var text: String
    /// As `chmod` takes it.
    var mode: String

    /// Everything that the installation writes besides programs.
    static func all(env: [String: String], hasSystemd: Bool) -> [HostFile] {
        var files = [
            HostFile(path: HostLayout.start, text: start(env), mode: "700"),
            HostFile(path: HostLayout.uninstall, text: "#!/bin/sh\n" + HostScripts.remove(instance: nil), mode: "755"),
        ]
        if hasSystemd {
            files.append(HostFile(path: HostLayout.unit, text: unit, mode: "644"))
        } else {
            files.append(HostFile(path: HostLayout.supervise, text: supervise, mode: "755"))
        }
        return files
    }

    /// A script and not a list of variables for systemd, since it also serves where there is none.
    private static func start(_ env: [String: String]) -> String {
        var text = "#!/bin/sh\n# Written by dstack when it set this host up.\nHOME=/root; export HOME\n"
        text += "echo $$ >\(HostLayout.child)\n"
        for (name, value) in env.sorted(by: { $0.key < $1.key }) {
            text += "\(name)=\(shellWord(value)); export \(name)\n"
        }
        text += "exec \(HostLayout.shim) --shim-home \(HostLayout.state) --shim-http-port \(HostLayout.shimPort)"
        return text + " --docker-host unix:///var/run/docker.sock\n"
    }

    /// Jobs are no part of the unit: a shim that ends leaves them alone.
    private static let unit = """
        # Written by dstack when it set this host up.
        [Unit]
        Description=dstack-shim
        After=network-online.target docker.service
        StartLimitIntervalSec=0

        [Service]
        Type=simple
        User=root
        ExecStart=\(HostLayout.start)
        Restart=always
        RestartSec=2
        KillMode=process
        Delegate=yes
        OOMScoreAdjust=-900

        [Install]
        WantedBy=multi-user.target

        """

    private static let supervise = """
        #!/bin/sh
        # Keeps dstack-shim running; there is no systemd here. Written by dstack when it set this host up.
        trap '' HUP
        echo $$ >\(HostLayout.supervisor)
        log=\(HostLayout.state)/shim.log
        while :; do
            [ "$(wc -c <$log 2>/dev/null || echo 0)" -lt 10000000 ] || mv -f $log $log.1
            \(HostLayout.start) </dev/null >>$log 2>&1
            sleep 1
        done

        """
}
