/// Something that happened, as `events/list` tells it.
public struct Event: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// What happened, in words.
    public var message: String
    /// When it was recorded.
    public var recordedAt: Timestamp
    /// The id of the user who acted, nil for the system.
    public var actorUserId: String?
    /// The name of the user who acted, nil for the system.
    public var actorUser: String?
    /// Whether that user is gone by now.
    public var isActorUserDeleted: Bool?
    /// What the event is about.
    public var targets: [EventTarget]

    public init(
        id: String, message: String, recordedAt: Timestamp, actorUserId: String? = nil,
        actorUser: String? = nil, isActorUserDeleted: Bool? = nil, targets: [EventTarget]
    ) {
        self.id = id
        self.message = message
        self.recordedAt = recordedAt
        self.actorUserId = actorUserId
        self.actorUser = actorUser
        self.isActorUserDeleted = isActorUserDeleted
        self.targets = targets
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case message
        case recordedAt = "recorded_at"
        case actorUserId = "actor_user_id"
        case actorUser = "actor_user"
        case isActorUserDeleted = "is_actor_user_deleted"
        case targets
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        message = try fields.required(.message)
        recordedAt = try fields.required(.recordedAt)
        actorUserId = try fields.optional(.actorUserId)
        actorUser = try fields.optional(.actorUser)
        isActorUserDeleted = try fields.optional(.isActorUserDeleted)
        targets = try fields.required(.targets)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(message, forKey: .message)
        try container.encode(recordedAt, forKey: .recordedAt)
        try container.encode(actorUserId, forKey: .actorUserId)
        try container.encode(actorUser, forKey: .actorUser)
        try container.encode(isActorUserDeleted, forKey: .isActorUserDeleted)
        try container.encode(targets, forKey: .targets)
    }
}
