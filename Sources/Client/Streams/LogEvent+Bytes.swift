import FoundationEssentials
import Wire

extension LogEvent {
    /// The bytes that were logged; `nil` where the message is not the base64 that the API promises.
    public var bytes: [UInt8]? {
        Data(base64Encoded: message).map { [UInt8]($0) }
    }
}
