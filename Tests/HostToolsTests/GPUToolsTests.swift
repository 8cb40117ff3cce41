import CLinux
import Glibc
import Testing
import Wire

@testable import HostTools

@Suite struct GPUToolsTests {
    @Test func nvidia_isRead() {
        let text = "NVIDIA H100 80GB HBM3, 81559\nNVIDIA GeForce RTX 4090, 24564\n"
        #expect(
            GPUTools.readNvidia(text).map(\.gpu) == [
                Gpu(name: "H100", memoryMib: 80 << 10, vendor: .nvidia),
                Gpu(name: "RTX4090", memoryMib: 24 << 10, vendor: .nvidia),
            ])
        #expect(GPUTools.readNvidia("No devices were found").isEmpty)
    }

    @Test(arguments: [
        ("NVIDIA A100-SXM4-80GB", "A100"), ("Tesla T4", "T4"), ("NVIDIA RTX A6000", "A6000"), ("NVIDIA L40S", "L40S"),
        ("NVIDIA GH200 480GB", "GH200"), ("NVIDIA GeForce RTX 3080 Ti", "RTX3080Ti"),
        ("NVIDIA RTX 6000 Ada Generation", "RTX6000Ada"), ("NVIDIA H100 NVL", "H100NVL"),
        ("NVIDIA GeForce RTX 4070 SUPER", "RTX4070SUPER"),
    ])
    func nvidiaNames(_ printed: String, _ name: String) {
        #expect(GPUName.nvidia(printed) == name)
    }

    @Test func amd_isReadAsBothVersionsPrintIt() {
        let card =
            #"{"gpu":0,"asic":{"market_name":"AMD Instinct MI300X"},"vram":{"size":{"value":196592,"unit":"MB"}}}"#
        let expected = [Gpu(name: "MI300X", memoryMib: 192 << 10, vendor: .amd)]
        #expect(GPUTools.readAMD("[\(card)]").map(\.gpu) == expected)
        #expect(GPUTools.readAMD(#"{"gpu_data":[\#(card)]}"#).map(\.gpu) == expected)
        #expect(GPUTools.readAMD("ERROR").isEmpty)
    }

    @Test func rocm_isRead() {
        let text = """
            {"card0": {"VRAM Total Memory (B)": "68702699520", "Card Series": "AMD Instinct MI210"},
             "system": {"Driver version": "6.3"}}
            """
        #expect(GPUTools.readROCm(text).map(\.gpu) == [Gpu(name: "MI210", memoryMib: 64 << 10, vendor: .amd)])
    }

    @Test(arguments: [(81559, 80), (24564, 24), (15360, 16), (16384, 16), (143_771, 141), (1000, 1)])
    func memory_isAsTheCardIsSold(_ told: Int, _ gibibytes: Int) {
        #expect(GPUTools.wholeMemory(told) == gibibytes << 10)
    }

    @Test func toolThatPrintsTooMuch_isGivenUp() throws {
        #expect(try ToolRun.output(of: ["head", "-c", "3000000", "/dev/zero"], seconds: 60) == nil)
    }

    /// One that waits for a broken driver does not die of SIGKILL; here nobody sends it.
    @Test func toolThatDoesNotEnd_isLeftToItself() throws {
        // It lives on where the tests are killed.
        let (pid, result) = CleanSpawn.start(["sleep", "1000"])
        try #require(result == 0)
        #expect(ToolRun.end(of: pid, within: .milliseconds(50)) == nil)
        ToolRun.leave(pid)
        kill(pid, SIGKILL)
        // Its end is taken: nobody of that number is left, and no dead one either.
        while kill(pid, 0) == 0 { sched_yield() }
        #expect(ToolRun.end(of: pid, within: .zero) == -1)
    }

    @Test func toolThatHangs_isGivenUp() throws {
        #expect(try ToolRun.output(of: ["sleep", "1000"], seconds: 1) == nil)
        #expect(try ToolRun.output(of: ["no-such-tool-here"], seconds: 1) == nil)
        #expect(try ToolRun.output(of: ["sh", "-c", "echo x; exit 3"], seconds: 10) == nil)
        #expect(try ToolRun.output(of: ["echo", "x"], seconds: 10) == "x\n")
    }
}
