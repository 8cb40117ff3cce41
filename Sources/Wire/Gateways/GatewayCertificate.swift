/// Where the certificate of a gateway comes from.
public enum GatewayCertificate: Sendable, Hashable {
    case letsEncrypt
    /// AWS Certificate Manager, by ARN.
    case acm(arn: String)
    /// Google Cloud Certificate Manager, by full resource name.
    case gcpCertificateManager(name: String)
}

extension GatewayCertificate: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, arn, name
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        let type: String = try fields.required(.type)
        switch type {
        case "lets-encrypt": self = .letsEncrypt
        case "acm": self = .acm(arn: try fields.required(.arn))
        case "gcp-cm": self = .gcpCertificateManager(name: try fields.required(.name))
        default:
            throw fields.invalid(.type, "'\(type)' is no certificate; known are lets-encrypt, acm and gcp-cm")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .letsEncrypt: try container.encode("lets-encrypt", forKey: .type)
        case .acm(let arn):
            try container.encode("acm", forKey: .type)
            try container.encode(arn, forKey: .arn)
        case .gcpCertificateManager(let name):
            try container.encode("gcp-cm", forKey: .type)
            try container.encode(name, forKey: .name)
        }
    }
}
