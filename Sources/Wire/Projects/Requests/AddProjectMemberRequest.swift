/// Body of `projects/{p}/add_members`.
public struct AddProjectMemberRequest: Codable, Sendable, Hashable {
    /// The members.
    public var members: [MemberSetting]

    public init(members: [MemberSetting]) {
        self.members = members
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case members
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        members = try fields.required(.members)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(members, forKey: .members)
    }
}
