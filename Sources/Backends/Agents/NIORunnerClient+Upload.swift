import Dispatch
import FoundationEssentials
import AgentClient

/// A form with one file, as `multipart/form-data`.
struct MultipartForm {
    let body: ByteBuffer
    let contentType: String

    init(field: String, fileName: String, bytes: Data) {
        // A boundary that the file may contain only by a chance of 2^-122.
        let boundary = "dstack-" + UUID().uuidString.lowercased()
        contentType = "multipart/form-data; boundary=\(boundary)"
        var body = ByteBuffer()
        body.reserveCapacity(bytes.count + 512)
        body.writeString(
            """
            --\(boundary)\r
            Content-Disposition: form-data; name="\(field)"; filename="\(fileName)"\r
            Content-Type: application/octet-stream\r
            \r

            """)
        body.writeBytes(bytes)
        body.writeString("\r\n--\(boundary)--\r\n")
        self.body = body
    }
}

/// Files read on a thread that may block.
enum FileBytes {
    static func read(_ path: String) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Data(contentsOf: URL(filePath: path)) })
            }
        }
    }
}
