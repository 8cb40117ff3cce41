import Testing
import Wire

@testable import Backends

/// What the first command printed on real hosts.
enum RecordedCheck {
    static let ready = """
        @system
        Linux
        @machine
        x86_64
        @user
        ubuntu
        @login
        10.176.252.1 39372 10.176.252.2 22
        @key
        yes
        @root
        sudo
        @systemd
        yes
        @docker
        running 20.10.24+dfsg1 /var/lib/docker
        @programs-space
        overlay          264212084 33524616  65540996      34% /
        @docker-space
        /dev/vda         264212084 33524616  65540996      34% /var/lib/docker
        @cpus
        2
        @memory
        MemTotal:       24731708 kB
        @addresses
        1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
        2: eth0    inet 10.176.252.2/24 scope global eth0\\       valid_lft forever preferred_lft forever
        3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever
        @nvidia
        NVIDIA H100 80GB HBM3, 81559
        NVIDIA H100 80GB HBM3, 81559
        @driver
        550.54.15
        550.54.15
        @missing
        @mark
        instance=i-1
        hostname=10.176.252.2
        server=10.176.252.1
        date=2026-11-26T16:23:09Z
        @files
        26f5c8f93cb0a0859dfc8a6410b2bda0815ecdd33ec8d525911e0a8f00ff2e88  /etc/systemd/system/dstack-shim.service
        504ca7946c13ec443d253e17a2f7ef4eaaa664f101ae79c004bf50d9e8ac28b5  ./dstack-shim
        @report
        {"health":{"service":"dstack-shim","build":"22-17-0","version":"0.22.5"},"info":{"runtime":"docker",\
        "runtime_version":"20.10.24+dfsg1"},"is_taken":true,"live_tasks":0,"build":"22-17-0"}
        """

    static let withoutSudo = """
        @system
        Linux
        @machine
        x86_64
        @user
        me
        @login
        10.176.252.1 41280 10.176.252.5 22
        @key
        @root
        denied
        sudo: a password is required
        """

    static let silentDocker = """
        @system
        Linux
        @machine
        x86_64
        @user
        root
        @login
        10.176.252.1 57496 10.176.252.3 22
        @key
        @root
        yes
        @systemd
        @docker
        silent
        ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
        errors pretty printing info
        @programs-space
        overlay          264212084 33524772  65540840      34% /
        @docker-space
        /dev/vda         264212084 33524772  65540840      34% /var/lib/docker
        @cpus
        2
        @memory
        MemTotal:       24731708 kB
        @addresses
        @nvidia
        @missing
        @mark
        @files
        """
}

@Suite struct HostCheckTests {
    @Test func aReadyHost_isReadWhole() throws {
        let check = HostCheck(RecordedCheck.ready)
        #expect(check.machine == "x86_64")
        #expect(check.user == "ubuntu")
        #expect(check.root == .bySudo)
        #expect(check.hasSystemd)
        #expect(check.hasKey)
        #expect(check.docker == .running(version: "20.10.24+dfsg1"))
        #expect(check.dockerSpace == .init(totalMib: 258_019, freeMib: 64_004, mount: "/var/lib/docker"))
        #expect(check.cpus == 2)
        #expect(check.memoryMib == 24_152)
        #expect(check.gpus == Array(repeating: Gpu(name: "H100", memoryMib: 80 << 10, vendor: .nvidia), count: 2))
        #expect(check.gpuDriver == "550.54.15")
        #expect(check.addresses == [.init(interface: "eth0", ip: "10.176.252.2", prefix: 24)])
        #expect(check.loginAddress == "10.176.252.2")
        #expect(check.missingTools.isEmpty)
        #expect(check.mark?.instance == "i-1")
        #expect(
            check.mark?.words == "instance i-1 ('10.176.252.2'), set up from 10.176.252.1 at 2026-11-26T16:23:09Z")
        #expect(check.files.count == 2)
        #expect(check.report?.isOwnBuild == true)
    }

    @Test func aUserWithoutSudo_isToldInItsWords() {
        #expect(HostCheck(RecordedCheck.withoutSudo).root == .denied("sudo: a password is required"))
    }

    @Test func nothing_isNoCrash() {
        let check = HostCheck("bash: warning: nonsense\n@root\n@cpus\nx\n@docker-space\nx\n@report\n{\n@memory\n")
        #expect(check.root == .noSudo)
        #expect(check.cpus == 0)
        #expect(check.dockerSpace == nil)
        #expect(check.report == nil)
    }

    @Test func amdGPUs_areReadFromEitherTool() {
        let card = #"[{"gpu":0,"asic":{"market_name":"AMD Instinct MI300X"},"vram":{"size":{"value":196592}}}]"#
        #expect(HostCheck("@amd\n\(card)\n").gpus.map(\.name) == ["MI300X"])
        let old = #"{"card0": {"VRAM Total Memory (B)": "68702699520", "Card Series": "AMD Instinct MI210"}}"#
        #expect(HostCheck("@rocm\n\(old)\n").gpus.map(\.name) == ["MI210"])
    }
}

@Suite struct HostAddressesTests {
    private static let two = [
        HostAddresses.Entry(interface: "eth0", ip: "203.0.114.7", prefix: 24),
        HostAddresses.Entry(interface: "eth1", ip: "10.0.4.9", prefix: 22),
        HostAddresses.Entry(interface: "ib0", ip: "192.168.7.9", prefix: 24),
    ]

    @Test(arguments: [
        (nil, nil, nil, HostAddresses.Choice.address("10.0.4.9")),
        (nil, nil, "192.168.7.9", .address("192.168.7.9")),
        (nil, nil, "203.0.114.7", .address("10.0.4.9")),
        (nil, "192.168.0.0/16", "10.0.4.9", .address("192.168.7.9")),
        (nil, "10.0.4.0/255.255.252.0", nil, .address("10.0.4.9")),
        ("203.0.114.7", "10.0.0.0/8", nil, .address("203.0.114.7")),
    ])
    func theAddress_isChosen(
        _ wanted: String?, _ network: String?, _ login: String?, _ expected: HostAddresses.Choice
    ) {
        #expect(HostAddresses.choose(Self.two, wanted: wanted, network: network, login: login) == expected)
    }

    @Test func whatIsNotThere_isRefusedWithWhatIs() {
        let list = "203.0.114.7/24 (eth0), 10.0.4.9/22 (eth1), 192.168.7.9/24 (ib0)"
        #expect(
            HostAddresses.choose(Self.two, wanted: "10.0.0.1", network: nil, login: nil)
                == .refused("has no address 10.0.0.1, which is its 'internal_ip'; its addresses: \(list)"))
        #expect(
            HostAddresses.choose(Self.two, wanted: nil, network: "172.16.0.0/12", login: nil)
                == .refused("has no address in the network 172.16.0.0/12; its addresses: \(list)"))
        #expect(HostAddresses.choose([Self.two[0]], wanted: nil, network: nil, login: nil) == .none)
    }
}
