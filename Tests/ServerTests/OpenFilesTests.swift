import Testing

@testable import Server

@Suite struct OpenFilesTests {
    @Test(
        arguments: [
            (1024, 1_048_576, 65_536), (1024, 4096, 4096), (1024, 1024, nil), (100_000, 1_048_576, nil),
            (65_536, 65_536, nil),
        ] as [(UInt, UInt, UInt?)]) func theLimit_isRaisedAsFarAsItMay(soft: UInt, hard: UInt, expected: UInt?)
    {
        #expect(OpenFiles.raised(soft: soft, hard: hard) == expected)
    }

    @Test func theProcess_hasWhatItIsTold() {
        let raised = OpenFiles.raise()
        #expect(raised == OpenFiles.limit && raised >= 1024)
    }
}
