import Testing
import Wire

@testable import CLI

@Suite struct PullBarTests {
    @Test(arguments: [
        (0, 0, "────────────────────────", "0 %  0/0/100MB"),
        (50, 0, "━━━━━━──────────────────", "25 %  0/50/100MB"),
        (100, 50, "━━━━━━━━━━━━━━━━━━──────", "75 %  50/100/100MB"),
        (100, 100, "━━━━━━━━━━━━━━━━━━━━━━━━", "100 %  100/100/100MB"),
    ])
    func theBarCountsWhatHasComeInAndWhatIsUnpacked(inMB: Int, unpackedMB: Int, bar: String, text: String) {
        let progress = ImagePullProgress(
            downloadedBytes: inMB << 20, extractedBytes: unpackedMB << 20, totalBytes: 100 << 20,
            isTotalBytesFinal: true)
        #expect(
            PullBar.line(.init(jobName: nil, progress: progress)).plain
                == "          \(bar) \(text) unpacked/in/all")
    }

    @Test func moreThanWasEstimatedIsAFullBar() {
        let progress = ImagePullProgress(
            downloadedBytes: 9 << 20, extractedBytes: 9 << 20, totalBytes: 2 << 20, isTotalBytesFinal: false)
        #expect(PullBar.line(.init(jobName: "run-1-0", progress: progress)).plain.contains("run-1-0  ━"))
        #expect(PullBar.line(.init(jobName: nil, progress: progress)).plain.contains(" 100 %  9/9/≥2MB"))
    }
}
