import Testing
import Wire

@testable import CLI

@Suite struct MetricsTableTests {
    @Test(
        arguments: [
            ([], 4, ""), ([0, 100, 50], 4, "▁█▅"), ([0, 0, 100, 0], 2, "▁█"), ([250, -5], 9, "█▁"),
            ([12.5, 99], 0, ""),
        ] as [([Double], Int, String)])
    func sparkline_isAsWideAsThereAreValues(_ values: [Double], _ width: Int, _ expected: String) {
        #expect(Sparkline.draw(values, width: width) == expected)
    }

    @Test(arguments: [(0, "0MB"), (1_048_576 * 1023, "1023MB"), (1_073_741_824 * 2, "2GB")] as [(Double, String)])
    func sizes_areWhole(_ bytes: Double, _ expected: String) {
        #expect(MetricsTable.size(bytes) == expected)
    }
}
