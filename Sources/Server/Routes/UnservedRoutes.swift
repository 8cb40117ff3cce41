import Hummingbird
import Wire

/// Parts of dstack's API that this server does not have: lists are empty, as on a fresh server of dstack's,
/// what would change something is refused by name, and single things do not exist.
enum UnservedRoutes {
    static func register(in endpoints: Endpoints) {
        let project = "/api/project/:project/"
        for path in ["volumes/list", "gateways/list", "templates/list"] {
            endpoints.post(RouterPath(project + path), .member, body: .none) { _ in .emptyList }
        }
        endpoints.post("/api/volumes/list", .user) { call in
            _ = try call.read { fields in
                (
                    fields.optionalString("project_name"), fields.bool("only_active", default: false),
                    fields.optionalTime("prev_created_at"), fields.optionalUUID("prev_id"),
                    fields.int("limit", default: 100, in: 0...100), fields.bool("ascending", default: false)
                )
            }
            return .emptyList
        }
        for path in ["exports/list", "imports/list"] {
            endpoints.post(RouterPath(project + path), .member, body: .none) { _ in
                throw APIError.client("This server does not support exports")
            }
        }
        for path in ["volumes/get", "gateways/get"] {
            endpoints.post(RouterPath(project + path), .member) { call in
                _ = try call.read { $0.string("name") }
                throw APIError.resourceNotExists()
            }
        }
        let refused = [
            "volumes/create", "volumes/delete", "gateways/create", "gateways/get_plan", "gateways/apply",
            "gateways/delete", "gateways/set_default", "gateways/set_wildcard_domain", "exports/create",
            "exports/update", "exports/delete", "imports/create", "imports/delete", "backends/create",
            "backends/update", "backends/delete", "backends/create_yaml", "backends/update_yaml", "gpus/list",
        ]
        for path in refused { endpoints.refuse(RouterPath(project + path), .member, path) }
        for path in ["config_info", "get_yaml"] {
            endpoints.post(RouterPath(project + "backends/:backend/" + path), .projectAdmin, body: .none) { call in
                try backendNotAvailable(try call.parameter("backend"))
            }
        }
    }

    /// Known backends are not configured; others do not exist.
    private static func backendNotAvailable(_ name: String) throws -> Never {
        if BackendType(rawValue: name) != nil {
            throw APIError.client("Backend not available", code: .backendNotAvailable)
        }
        let expected = FieldReader.listing(BackendType.allCases.map(\.rawValue))
        throw ValidationFailure(issues: [
            .init(
                type: "enum", location: ["path", "backend_name"], message: "Input should be \(expected)",
                input: .string(name), context: ["expected": .string(expected)])
        ])
    }
}
