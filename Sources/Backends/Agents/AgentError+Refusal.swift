import AgentClient

extension AgentError {
    /// What an agent that refused said; its status, where it had no words for it.
    init(refusal response: AgentResponse) {
        self.init(refusal: response.status, text: response.text)
    }

    init(refusal status: Int, text: String) {
        var words = text
        while words.last?.isWhitespace == true { words.removeLast() }
        self = .refused(
            status: status,
            message: words.isEmpty ? "the agent answered with status \(status) and without a word" : words)
    }
}
