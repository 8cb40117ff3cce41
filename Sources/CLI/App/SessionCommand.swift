import ArgumentParser

/// A command that talks to the user or to a server.
protocol SessionCommand: ParsableCommand {
    func run(_ session: Session) async throws
}
