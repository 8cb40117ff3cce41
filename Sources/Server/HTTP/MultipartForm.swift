import HTTPTypes
import Wire

/// The file of a `multipart/form-data` body (RFC 7578), as clients upload code and archives.
struct MultipartFile: Equatable {
    let filename: String
    let content: [UInt8]

    /// Finds the part named `field`.
    ///
    /// - Throws: `ValidationFailure` where there is no such part or it is no file; `APIError` where the body is
    ///   not of this form.
    static func read(_ field: String, from body: [UInt8], contentType: String?) throws -> MultipartFile {
        guard let boundary = parameter("boundary", of: contentType ?? ""),
            contentType?.lowercased().hasPrefix("multipart/form-data") == true
        else { throw ValidationFailure(issues: [.missing(["body", .string(field)], in: .null)]) }
        for part in try parts(of: body, boundary: Array("--\(boundary)".utf8)) {
            guard let disposition = part.disposition, parameter("name", of: disposition) == field else { continue }
            guard let filename = parameter("filename", of: disposition) else {
                let text = String(decoding: part.content, as: UTF8.self)
                throw ValidationFailure(issues: [
                    .init(
                        type: "value_error", location: ["body", .string(field)],
                        message: "Value error, Expected UploadFile, received: <class 'str'>", input: .string(text),
                        context: ["error": .object([])])
                ])
            }
            return MultipartFile(filename: filename, content: Array(part.content))
        }
        throw ValidationFailure(issues: [.missing(["body", .string(field)], in: .null)])
    }

    private struct Part {
        let disposition: String?
        let content: ArraySlice<UInt8>
    }

    private static func parts(of body: [UInt8], boundary: [UInt8]) throws(APIError) -> [Part] {
        let lineEnd: [UInt8] = [13, 10]
        guard body.starts(with: boundary) else { throw .unreadableBody }
        var parts: [Part] = []
        var rest = body[boundary.count...]
        let separator = lineEnd + boundary
        while !rest.starts(with: Array("--".utf8)) {
            guard rest.starts(with: lineEnd) else { throw .unreadableBody }
            rest = rest.dropFirst(2)
            guard let headEnd = rest.firstRange(of: lineEnd + lineEnd),
                let end = rest[headEnd.upperBound...].firstRange(of: separator)
            else { throw .unreadableBody }
            let head = String(decoding: rest[..<headEnd.lowerBound], as: UTF8.self)
            let disposition = head.split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("content-disposition:")
            }
            parts.append(
                Part(disposition: disposition.map(String.init), content: rest[headEnd.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return parts
    }

    /// The value of `name=value` or `name="value"` behind a header's first part.
    private static func parameter(_ name: String, of header: String) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == name else { continue }
            var value = pair[1]
            while value.last == " " { value.removeLast() }
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return String(value)
        }
        return nil
    }
}
