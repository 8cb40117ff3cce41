/// A form with one file in the field `file`, as `multipart/form-data`.
struct MultipartForm {
    let body: [UInt8]
    let contentType: String

    /// How much longer than the file a form is at most.
    static let overhead = 400

    init(fileName: String, bytes: [UInt8]) {
        // A boundary that the file may contain only by a chance of 2^-64.
        let boundary = "dstack-\(fileName.prefix(24))-\(UInt64.random(in: 0...UInt64.max))"
        contentType = "multipart/form-data; boundary=\(boundary)"
        var body: [UInt8] = []
        body.reserveCapacity(bytes.count + Self.overhead)
        body += Array("--\(boundary)\r\n".utf8)
        body += Array("Content-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n".utf8)
        body += Array("Content-Type: application/octet-stream\r\n\r\n".utf8)
        body += bytes
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        self.body = body
    }
}
