import Foundation
import Testing

@testable import Shim

/// The host's GPUs, where their driver comes and goes.
@Suite struct GPUKindTests {
    /// A folder with the kernel's files of that many NVIDIA cards; nil for a driver that is gone.
    private static func inHost(cards: Int?, _ body: (String) throws -> Void) throws {
        let root = "/tmp/shim-gpus-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        if let cards {
            for card in 0..<cards {
                try FileManager.default.createDirectory(
                    atPath: "\(root)/proc/driver/nvidia/gpus/0000:0\(card):00.0", withIntermediateDirectories: true)
            }
            try Data("NVRM version".utf8).write(to: URL(filePath: "\(root)/proc/driver/nvidia/version"))
        }
        try body(root)
    }

    @Test func aDriverThatIsGone_showsNone() throws {
        try Self.inHost(cards: 2) { #expect(GPUKind.now(root: $0) == .nvidia(count: 2)) }
        try Self.inHost(cards: nil) { #expect(GPUKind.now(root: $0) == .none) }
    }

    @Test(
        arguments: [
            (.none, 4, 0, "the job asks for 4 GPUs and the host shows 0; "),
            (.nvidia(count: 1), 2, 2, "the job asks for 2 GPUs and the host shows 1; "),
            (.none, -1, 8, "the job asks for all 8 GPUs and the host shows 0; "),
            (.nvidia(count: 7), -1, 8, "the job asks for all 8 GPUs and the host shows 7; "),
            (.none, 1, 0, "the job asks for 1 GPU and the host shows 0; "),
            (.none, -1, 0, nil), (.none, 0, 8, nil), (.nvidia(count: 4), 4, 4, nil), (.nvidia(count: 4), -1, 4, nil),
            (.nvidia(count: 8), 1, 4, nil),
            // AMD's cards that are handed over by their folder are not counted.
            (.amd(renderNodes: []), 2, 0, nil),
            (.amd(renderNodes: ["/dev/dri/renderD128"]), 2, 2, "the job asks for 2"),
        ] as [(GPUKind, Int, Int, String?)])
    func whoAsksForMoreThanIsShown_isToldSo(_ kind: GPUKind, _ asked: Int, _ known: Int, _ words: String?) {
        let told = kind.shortage(of: asked, known: known)
        guard let words else {
            #expect(told == nil)
            return
        }
        #expect(told?.hasPrefix(words) == true && told?.contains("nvidia-smi") == true, "\(told ?? "")")
    }

    @Test func theMostThatAHostShowed_staysKnown() throws {
        try Self.inHost(cards: nil) { home in
            let told = try [0, 4, 0, 8].map { try KnownGPUs.update($0, home: home) }
            #expect(told == [0, 4, 4, 8])
        }
    }
}
