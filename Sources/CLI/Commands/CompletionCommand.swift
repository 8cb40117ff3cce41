import ArgumentParser

/// `dstack completion`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a shell's completion script.",
        discussion: """
            For bash: eval "$(dstack completion bash)"
            For zsh:  source <(dstack completion zsh)
            For fish: dstack completion fish | source
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        print(DstackCommand.completionScript(for: kind))
    }
}
