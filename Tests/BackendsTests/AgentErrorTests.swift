import Testing

@testable import Backends

@Suite struct AgentErrorTests {
    @Test(arguments: [
        ("no such task\n", "no such task"), ("", "the agent answered with status 409 and without a word"),
        (" \r\n", "the agent answered with status 409 and without a word"),
    ])
    func aRefusal_alwaysHasWords(text: String, message: String) {
        #expect(AgentError(refusal: 409, text: text) == .refused(status: 409, message: message))
    }
}
