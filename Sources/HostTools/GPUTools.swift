import FoundationEssentials
import Wire

/// A GPU as its vendor's tool tells of it.
public struct GPUCard: Equatable, Sendable {
    public let vendor: AcceleratorVendor
    /// As the tool prints it.
    public let printedName: String
    /// MiB, as the tool tells: somewhat less than the card is sold with.
    public let memoryMib: Int

    /// With the name and the memory that a configuration asks for.
    public var gpu: Gpu {
        let name = vendor == .amd ? GPUName.amd(printedName) : GPUName.nvidia(printedName)
        return Gpu(name: name, memoryMib: GPUTools.wholeMemory(memoryMib), vendor: vendor)
    }
}

/// Asks the vendors' tools for the GPUs of this machine, and reads their answers.
public enum GPUTools {
    /// A tool that hangs on a broken driver must not hold up its caller.
    private static let seconds = 20

    /// The GPUs that the first tool with an answer tells of; none where there is no tool. Blocks, see `ToolRun`.
    public static func detect() throws(ToolError) -> [GPUCard] {
        let nvidia = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
        if let text = try ToolRun.output(of: nvidia, seconds: seconds) { return readNvidia(text) }
        let amd = ["amd-smi", "static", "--json", "--asic", "--vram"]
        if let text = try ToolRun.output(of: amd, seconds: seconds) { return readAMD(text) }
        let rocm = ["rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json"]
        if let text = try ToolRun.output(of: rocm, seconds: seconds) { return readROCm(text) }
        return []
    }

    /// Lines of `NVIDIA H100 80GB HBM3, 81559`.
    public static func readNvidia(_ text: String) -> [GPUCard] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let cut = line.lastIndex(of: ",") else { return nil }
            let memory = Int(trimmed(line[line.index(after: cut)...])) ?? 0
            return GPUCard(vendor: .nvidia, printedName: trimmed(line[..<cut]), memoryMib: memory)
        }
    }

    /// A list of GPUs, or an object that holds the list, as versions before and after 7 print it.
    public static func readAMD(_ text: String) -> [GPUCard] {
        let data = Data(text.utf8)
        let list: [AMDCard]
        if let plain = try? JSONDecoder().decode([AMDCard].self, from: data) {
            list = plain
        } else if let wrapped = try? JSONDecoder().decode([String: [AMDCard]].self, from: data) {
            list = wrapped["gpu_data"] ?? []
        } else {
            list = []  // not JSON: the tool has nothing to tell
        }
        return list.map { GPUCard(vendor: .amd, printedName: $0.asic.name, memoryMib: $0.vram.size.value) }
    }

    /// An object of `card0`, `card1`, … whose values are all text.
    public static func readROCm(_ text: String) -> [GPUCard] {
        guard let cards = try? JSONDecoder().decode([String: [String: String]].self, from: Data(text.utf8)) else {
            return []  // not JSON: the tool has nothing to tell
        }
        return cards.filter { $0.key.hasPrefix("card") }.sorted { $0.key < $1.key }.map { _, card in
            let name = card["Card Series"] ?? card["Card series"] ?? card["Card model"] ?? "AMD"
            let bytes = card["VRAM Total Memory (B)"].flatMap { Int($0) } ?? 0
            return GPUCard(vendor: .amd, printedName: name, memoryMib: bytes >> 20)
        }
    }

    /// Memory in MiB as the card is sold: tools tell somewhat less, which would not match `gpu: 80GB`.
    static func wholeMemory(_ mebibytes: Int) -> Int {
        let known = [
            2, 3, 4, 5, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 94, 96, 128, 141, 180, 192, 256, 288,
        ]
        let gibibytes = Double(mebibytes) / 1024
        let closest = known.min { abs(Double($0) - gibibytes) < abs(Double($1) - gibibytes) } ?? 0
        if closest > 0, abs(Double(closest) - gibibytes) / Double(closest) < 0.07 { return closest * 1024 }
        return Int(gibibytes.rounded()) * 1024
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

/// One GPU in the answer of `amd-smi static`.
private struct AMDCard: Decodable {
    struct Asic: Decodable {
        var name: String

        enum CodingKeys: String, CodingKey {
            case name = "market_name"
        }
    }

    struct Memory: Decodable {
        struct Size: Decodable {
            /// MiB.
            var value: Int
        }

        var size: Size
    }

    var asic: Asic
    var vram: Memory
}
