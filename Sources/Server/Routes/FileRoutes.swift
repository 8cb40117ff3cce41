import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/files/…`
struct FileRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.post("/api/files/get_archive_by_hash", .user, getByHash)
        endpoints.post("/api/files/upload_archive", .user, body: .raw, upload)
    }

    @Sendable private func getByHash(_ call: Call) async throws -> Response {
        let hash = try call.read { $0.string("hash") }
        guard let archive = try await services.archives.archive(hash: hash, userID: try call.principal.user.id)
        else { throw APIError.resourceNotExists() }
        return try .json(FileArchive(id: archive.id, hash: archive.hash))
    }

    @Sendable private func upload(_ call: Call) async throws -> Response {
        let file = try await services.upload(of: call) { size, limit in
            "Archive size is \(size), which exceeds the limit of \(limit)."
                + " Use .gitignore/.dstackignore to exclude large files."
        }
        try services.requireRoom(for: "this archive", bytes: file.content.count)
        let archive = try await services.archives.save(
            file.content, id: services.clock.newID(), hash: file.filename, userID: try call.principal.user.id)
        return try .json(FileArchive(id: archive.id, hash: archive.hash))
    }
}

extension Services {
    /// The file that a request uploads.
    ///
    /// - Parameter tooLarge: tells, from its size and the limit, that it is too large.
    func upload(of call: Call, tooLarge: @escaping (String, String) -> String) async throws -> MultipartFile {
        let limit = uploadLimit
        let error = { (size: Int) in
            APIError.client(
                tooLarge(Self.sizeText(size), Self.sizeText(limit))
                    + " This limit can be modified by setting the DSTACK_SERVER_CODE_UPLOAD_LIMIT environment"
                    + " variable.")
        }
        if let length = call.request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw error(length)
        }
        let body: ByteBuffer
        do {
            body = try await call.request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw error(limit + 1)
        }
        return try MultipartFile.read(
            "file", from: Array(body.readableBytesView), contentType: call.request.headers[.contentType])
    }

    /// A size with a unit: `2.0MiB`; bytes where it is small.
    static func sizeText(_ bytes: Int) -> String {
        var amount = Double(bytes)
        for unit in ["", "K", "M", "G"] {
            if amount < 1024 {
                return unit.isEmpty ? "\(bytes)B" : "\((amount * 10).rounded() / 10)\(unit)iB"
            }
            amount /= 1024
        }
        return "\((amount * 10).rounded() / 10)TiB"
    }
}
