import Testing

@testable import Server

@Suite struct PrometheusTextTests {
    @Test func families_haveHeadings_andThoseWithoutSamplesAreLeftOut() {
        var text = PrometheusText()
        text.begin("a_total", .counter, "What a is")
        text.begin("nothing", .gauge, "Never seen")
        text.add("a_total", [("who", "x\"y\\z\n")], 1.5)
        text.add("a_total", [], 2)
        #expect(
            text.text == """
                # HELP a_total What a is
                # TYPE a_total counter
                a_total{who="x\\"y\\\\z\\n"} 1.5
                a_total 2.0

                """)
    }

    @Test func histogram_countsIntoEveryBucketThatIsLongEnough() {
        let timings = RunTimings()
        let labels = RunTimings.Labels(project: "main", runType: "task")
        for seconds in [1, 15, 16, 99_999.0] { timings.provisioned(labels, after: seconds) }
        let histogram = timings.numbers.waits[labels]
        #expect(histogram?.counts.first == 2)
        #expect(histogram?.counts.last == 3)
        #expect(histogram?.count == 4)
    }
}
