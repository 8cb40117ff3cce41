import FoundationEssentials
import Wire

extension LogEvent {
    /// The bytes that were logged.
    func bytes() throws -> [UInt8] {
        guard let data = Data(base64Encoded: message) else {
            throw CommandError("The server sent a piece of a log that cannot be read: it is not base64")
        }
        return [UInt8](data)
    }
}
