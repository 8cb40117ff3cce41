/// Body of the shim's `POST /api/tasks/{id}/terminate`.
public struct ShimTerminateRequest: Codable, Sendable, Equatable {
    /// A `JobTerminationReason`'s raw value; the first one that a task gets stays.
    public var terminationReason: String
    public var terminationMessage: String
    /// Seconds between the request to end and the force; 0 forces at once.
    public var timeout: Int

    public init(terminationReason: String, terminationMessage: String, timeout: Int) {
        self.terminationReason = terminationReason
        self.terminationMessage = terminationMessage
        self.timeout = timeout
    }

    enum CodingKeys: String, CodingKey {
        case timeout
        case terminationReason = "termination_reason"
        case terminationMessage = "termination_message"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        terminationReason = try values.decodeIfPresent(String.self, forKey: .terminationReason) ?? ""
        terminationMessage = try values.decodeIfPresent(String.self, forKey: .terminationMessage) ?? ""
        timeout = try values.decodeIfPresent(Int.self, forKey: .timeout) ?? 0
    }
}
