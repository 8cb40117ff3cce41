import Hummingbird
import NIOCore
import Wire

/// What the server says about itself to anybody.
enum ServerRoutes {
    /// The version of dstack whose API is served.
    static let version = "0.22.5"

    static func register(in endpoints: Endpoints, uploadLimit: Int) {
        endpoints.router.get("/healthcheck") { _, _ in
            Response(json: ByteBuffer(staticString: "{\"status\":\"running\"}"))
        }
        endpoints.post("/api/server/get_info", .open, body: .none) { call in
            // Only who asks for it gets what dstack's server does not tell.
            let limit = call.query("limits") == nil ? nil : uploadLimit
            return try .json(ServerInfo(serverVersion: version, codeUploadLimit: limit))
        }
        endpoints.post("/api/auth/list_providers", .open, body: .none) { _ in .emptyList }
        endpoints.refuse("/api/auth/get_next_redirect", .open, "auth/get_next_redirect")
        endpoints.post("/api/backends/list_types", .open, body: .none) { _ in .emptyList }
    }
}
