import HostTools
import Testing

@testable import Shim

@Suite struct ShimOptionsTests {
    private func parse(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ShimOptions.Command {
        try ShimOptions.parse(
            arguments, environment: { variables[$0] }, ownPath: "/opt/bin/dstack-shim",
            currentDirectory: "/here")
    }

    private func options(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ShimOptions {
        guard case .run(let options) = try parse(arguments, variables) else {
            Issue.record("it should run")
            return ShimOptions()
        }
        return options
    }

    @Test func defaults() throws {
        let options = try options([], ["HOME": "/home/u"])
        #expect(options.home == "/home/u/.dstack/shim")
        #expect(options.httpPort == 10998)
        #expect(options.runnerPath == "/opt/bin/dstack-runner")
    }

    @Test func commandLine_winsOverTheEnvironment() throws {
        let variables = ["DSTACK_SHIM_HOME": "/a", "DSTACK_RUNNER_HTTP_PORT": "1"]
        let options = try options(["--shim-home=/b/", "--unix-socket", "/s"], variables)
        #expect(options.home == "/b")
        #expect(try self.options(["--shim-home", "x"]).home == "/here/x")
        #expect(options.unixSocket == "/s")
        #expect(options.httpPort == nil)
        #expect(options.runnerPort == 1)
    }

    @Test func optionsOfTheOfficialShim_areAccepted() throws {
        let options = try options(["--service", "--runner-ssh-port", "10022", "--dcgm-address=x"])
        #expect(options.httpPort == 10998)
    }

    @Test func whatTheOfficialServerSets_isRead() throws {
        let options = try options(
            [],
            [
                "DSTACK_SHIM_HOME": "/root/.dstack", "DSTACK_SHIM_HTTP_PORT": "10998", "DSTACK_SHIM_LOG_LEVEL": "5",
                "DSTACK_RUNNER_DOWNLOAD_URL": "http://here/runner", "DSTACK_SERVICE_MODE": "1",
                "DSTACK_RUNNER_BINARY_PATH": "/usr/local/bin/dstack-runner", "DSTACK_RUNNER_LOG_LEVEL": "5",
            ])
        #expect(options.isService)
        #expect(options.runnerURL == "http://here/runner")
        #expect(options.runnerPath == "/usr/local/bin/dstack-runner")
        #expect(try !self.options([]).isService)
        #expect(try self.options(["--service"]).isService)
    }

    @Test func hostInfo_countsCards() {
        var info = HostInfo(
            gpuVendor: "", gpuName: "", gpuMemory: 0, gpuCount: 0, addresses: [], diskSize: 1, cpus: 1, memory: 1)
        info.take(GPUTools.readNvidia("NVIDIA H100 80GB HBM3, 81559\nNVIDIA H100 80GB HBM3, 81559\n"))
        #expect(info.gpuName == "NVIDIA H100 80GB HBM3")
        #expect(info.gpuMemory == 81559)
        #expect(info.gpuCount == 2)
        #expect(info.gpuVendor == "nvidia")
    }

    @Test func hostInfo_tellsOfAMD() {
        var info = HostInfo(
            gpuVendor: "", gpuName: "", gpuMemory: 0, gpuCount: 0, addresses: [], diskSize: 1, cpus: 1, memory: 1)
        info.take(GPUTools.readROCm(#"{"card0": {"VRAM Total Memory (B)": "68702699520", "Card Series": "MI210"}}"#))
        #expect((info.gpuVendor, info.gpuName, info.gpuCount) == ("amd", "MI210", 1))
    }

    @Test func aQuestion_isNoShim() throws {
        guard case .ask(let question, let options) = try parse(["--ask", "5", "--shim-http-port=1"]) else {
            Issue.record("it should ask")
            return
        }
        #expect(question == .report(seconds: 5))
        #expect(options.httpPort == 1)
    }

    @Test(arguments: [
        (["--ask", "x"], "--ask 'x' is not a number of seconds (0 to 86400)"),
        (["--nope"], "unknown option '--nope'"), (["x"], "unexpected argument 'x'"),
        (["--shim-home"], "option '--shim-home' needs a value"),
        (["--shim-http-port", "0"], "--shim-http-port '0' is not a port (1 to 65535)"),
        (["--task-groups", "x"], "--task-groups 'x' is none of auto, unified, freezer, marked"),
    ])
    func mistakes_areNamed(_ arguments: [String], _ words: String) {
        #expect(throws: ShimError.badOption(words)) { try parse(arguments) }
    }

    @Test func nvidiaVersion_isRead() {
        let text = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC: x"
        #expect(HostFacts.nvidiaVersion(text) == "550.54.15")
    }
}
