/// A named set of profile parameters.
public struct Profile: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// Whether this one is taken where none is named.
    public var isDefault: Bool
    /// The parameters of the profile.
    public var params: ProfileParams

    public init(name: String = "", isDefault: Bool = false, params: ProfileParams = ProfileParams()) {
        self.name = name
        self.isDefault = isDefault
        self.params = params
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case isDefault = "default"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder, more: ProfileParams.fieldNames)
        name = try fields.value(.name, default: "")
        isDefault = try fields.value(.isDefault, default: false)
        params = try ProfileParams(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(isDefault, forKey: .isDefault)
        try params.encode(to: encoder)
    }
}
