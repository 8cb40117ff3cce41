import CLinux
import Glibc

/// `dstack-runner`: runs one job and serves its states and logs.
@main
enum Program {
    /// Version of dstack whose protocol this speaks.
    static let version = "0.22.5"

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "exec": Launcher.run(Array(arguments.dropFirst()))
        case SSHConnection.mode: SSHConnection.run(Array(arguments.dropFirst()))
        case "--version", "version": print("dstack-runner \(version)")
        case "--help", "-h", "help": print(StartOptions.usage)
        default: exit(start(arguments))
        }
    }

    private static func start(_ arguments: [String]) -> Int32 {
        do {
            let options = try StartOptions.parse(arguments, currentDirectory: currentDirectory())
            return try RunnerProcess.run(options)
        } catch let error as UsageError {
            complain("\(error)\n\n\(StartOptions.usage)")
            return 2
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static func currentDirectory() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            getcwd(buffer.baseAddress, buffer.count).map { String(cString: $0) } ?? "/"
        }
    }

    private static func complain(_ message: String) {
        let text = "dstack-runner: \(message)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
    }
}
