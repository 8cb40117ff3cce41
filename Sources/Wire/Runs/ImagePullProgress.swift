/// How far an image pull is, in bytes.
public struct ImagePullProgress: Codable, Sendable, Hashable {
    /// How much of the layers has come in.
    public var downloadedBytes: Int
    /// How much of the layers has been unpacked.
    public var extractedBytes: Int
    /// What is to be downloaded and extracted, without layers that were there before.
    public var totalBytes: Int
    /// False while `totalBytes` is only a lower estimate.
    public var isTotalBytesFinal: Bool

    public init(downloadedBytes: Int, extractedBytes: Int, totalBytes: Int, isTotalBytesFinal: Bool) {
        self.downloadedBytes = downloadedBytes
        self.extractedBytes = extractedBytes
        self.totalBytes = totalBytes
        self.isTotalBytesFinal = isTotalBytesFinal
    }

    enum CodingKeys: String, CodingKey {
        case downloadedBytes = "downloaded_bytes"
        case extractedBytes = "extracted_bytes"
        case totalBytes = "total_bytes"
        case isTotalBytesFinal = "is_total_bytes_final"
    }
}
