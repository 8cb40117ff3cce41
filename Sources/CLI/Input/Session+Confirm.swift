extension Session {
    /// Asks until the answer is yes or no. The end of the input means no; Ctrl-C ends the command.
    ///
    /// - Parameter isAgreed: whether the user has said yes beforehand; then nothing is asked.
    func confirm(
        _ question: StyledText, unless isAgreed: Bool = false, _ interrupts: Interrupts? = nil
    ) async throws -> Bool {
        if isAgreed {
            return true
        }
        // Before the question can be read: whoever reads it may answer with Ctrl-C at once.
        let interrupts = interrupts ?? Interrupts()
        while true {
            await output.prompt("\(question) \("[y/n]", .code): ")
            switch await input.readLine(interrupts) {
            case .line(let line):
                switch line.filter({ !$0.isWhitespace }).lowercased() {
                case "y", "yes": return true
                case "n", "no": return false
                default: await output.print(StyledText("Please enter y or n", .error))
                }
            case .endOfInput:
                await output.print()
                return false
            case .interrupted:
                await output.print()
                await output.print("Cancelled by user")
                throw ExitStatus(status: 1)
            }
        }
    }
}
