/// A failure that is told to the user in red; the exit status is 1.
struct CommandError: Error {
    /// What failed, and what to try.
    let text: StyledText

    init(_ text: StyledText) {
        self.text = text.styled(.error)
    }
}

/// Ends the command with an exit status and nothing more to say.
struct ExitStatus: Error {
    let status: Int32
}
