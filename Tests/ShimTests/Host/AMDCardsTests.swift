import Foundation
import Testing

@testable import Shim

/// What Linux's compute driver of AMD shows, as recorded on machines.
@Suite struct AMDCardsTests {
    private static let processor = """
        cpu_cores_count 192
        simd_count 0
        mem_banks_count 1
        caches_count 0
        io_links_count 2
        vendor_id 0
        location_id 0
        drm_render_minor 0
        max_engine_clk_ccompute 5391

        """

    private static func card(_ minor: Int) -> String {
        """
        cpu_cores_count 0
        simd_count 480
        mem_banks_count 1
        caches_count 217
        simd_id_base 2147487744
        gfx_target_version 90008
        vendor_id 4098
        device_id 29580
        location_id 8960
        domain 0
        drm_render_minor \(minor)
        hive_id 0
        unique_id 7809984429061111111
        num_xcc 1

        """
    }

    @Test func aProcessor_isNoCard() {
        #expect(AMDCards.renderNode(Self.processor) == nil)
        #expect(AMDCards.renderNode(Self.card(136)) == "/dev/dri/renderD136")
        #expect(AMDCards.renderNode("") == nil)
        #expect(AMDCards.renderNode("drm_render_minor invalid\n") == nil)
    }

    /// In the nodes' order, which is not that of their names.
    @Test func cards_areThoseOfAllNodes_inOrder() throws {
        let folder = NSTemporaryDirectory() + "kfd-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let nodes = [0: Self.processor, 1: Self.processor, 2: Self.card(128), 3: Self.card(129), 10: Self.card(136)]
        for (number, text) in nodes {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(number)", withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(number)/properties"))
        }
        #expect(
            AMDCards.renderNodes(topology: folder)
                == ["/dev/dri/renderD128", "/dev/dri/renderD129", "/dev/dri/renderD136"])
        #expect(AMDCards.renderNodes(topology: folder + "/none") == [])
    }
}
