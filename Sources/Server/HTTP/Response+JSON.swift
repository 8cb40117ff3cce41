import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension Response {
    /// An answer that holds JSON text.
    init(status: HTTPResponse.Status = .ok, json: ByteBuffer) {
        self.init(
            status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: json))
    }

    /// The answer of a route that has nothing to tell.
    static var null: Response { Response(json: ByteBuffer(staticString: "null")) }

    /// The answer of a list that is empty.
    static var emptyList: Response { Response(json: ByteBuffer(staticString: "[]")) }

    /// An answer that holds a value as JSON.
    static func json(_ value: some Encodable) throws -> Response {
        Response(json: try JSONText.encode(value))
    }
}

/// Wire's values as JSON text.
enum JSONText {
    /// The text of a value.
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try WireJSON.encode(value))
    }
}
