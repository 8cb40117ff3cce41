/// A message from one actor to another that must not be lost: written with the sender's checkpoint, deleted
/// with the receiver's.
public struct MessageRecord: Sendable, Equatable {
    public let id: String
    /// Id of the run or job submission it is for.
    public let recipientID: String
    /// The message as JSON, in the vocabulary of its recipient; sealed at rest, since it may carry a specification.
    public let body: [UInt8]

    public init(id: String, recipientID: String, body: [UInt8]) {
        self.id = id
        self.recipientID = recipientID
        self.body = body
    }
}
