/// An application port of a job.
public struct AppSpec: Codable, Sendable, Hashable {
    /// The port.
    public var port: Int
    /// The local port that the user wants it at, nil for any.
    public var mapToPort: Int?
    /// A name for the port, unique in the job.
    public var appName: String
    /// The path to open.
    public var urlPath: String?
    /// The query to open it with.
    public var urlQueryParams: [String: String]?

    public init(
        port: Int, mapToPort: Int? = nil, appName: String, urlPath: String? = nil,
        urlQueryParams: [String: String]? = nil
    ) {
        self.port = port
        self.mapToPort = mapToPort
        self.appName = appName
        self.urlPath = urlPath
        self.urlQueryParams = urlQueryParams
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case port
        case mapToPort = "map_to_port"
        case appName = "app_name"
        case urlPath = "url_path"
        case urlQueryParams = "url_query_params"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        port = try fields.required(.port)
        mapToPort = try fields.optional(.mapToPort)
        appName = try fields.required(.appName)
        urlPath = try fields.optional(.urlPath)
        urlQueryParams = try fields.optional(.urlQueryParams)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(port, forKey: .port)
        try container.encode(mapToPort, forKey: .mapToPort)
        try container.encode(appName, forKey: .appName)
        try container.encode(urlPath, forKey: .urlPath)
        try container.encode(urlQueryParams, forKey: .urlQueryParams)
    }
}
