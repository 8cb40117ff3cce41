import Wire

/// One line of a pull's answer.
struct PullStep: Decodable, Equatable, Sendable {
    struct Detail: Decodable, Equatable, Sendable {
        var current: Int?
        var total: Int?
    }

    struct Failure: Decodable, Equatable, Sendable {
        var message: String
    }

    /// The layer.
    var id: String?
    var status: String?
    var progressDetail: Detail?
    var errorDetail: Failure?

    /// Why the pull ended early.
    var error: String? { errorDetail?.message }
}

/// How far a pull is: a sum over its layers, from the lines that the engine tells.
struct PullProgress: Equatable, Sendable {
    private struct Layer: Equatable {
        var downloaded = 0
        var extracted = 0
        /// Bytes; nil until the engine tells.
        var total: Int?
        /// Nothing is left to do.
        var isComplete = false
        /// It was there before the pull.
        var isCached = false
    }

    private var layers: [String: Layer] = [:]

    /// Takes in one line; false where it changes nothing.
    mutating func take(_ step: PullStep) -> Bool {
        guard let id = step.id, let status = step.status else { return false }
        var layer = layers[id] ?? Layer()
        let detail = step.progressDetail
        switch status {
        case "Pulling fs layer", "Waiting": break
        case "Downloading":
            layer.total = detail?.total ?? layer.total
            layer.downloaded = max(layer.downloaded, detail?.current ?? 0)
        case "Verifying Checksum", "Download complete":
            layer.downloaded = layer.total ?? layer.downloaded
        case "Extracting":
            layer.total = detail?.total ?? layer.total
            layer.downloaded = layer.total ?? layer.downloaded
            layer.extracted = max(layer.extracted, detail?.current ?? 0)
        case "Pull complete":
            layer.isComplete = true
            layer.downloaded = layer.total ?? 0
            layer.extracted = layer.total ?? 0
        case "Already exists":
            layer.isCached = true
        default:
            return false  // a line about the whole image, or a word of a newer engine
        }
        guard layers[id] != layer else { return false }
        layers[id] = layer
        return true
    }

    /// The sum on the wire; nil while no layer is known.
    var wire: ImagePullProgress? {
        let own = layers.values.filter { !$0.isCached }
        guard !layers.isEmpty else { return nil }
        return ImagePullProgress(
            downloadedBytes: own.map(\.downloaded).reduce(0, +), extractedBytes: own.map(\.extracted).reduce(0, +),
            totalBytes: own.compactMap(\.total).reduce(0, +),
            // A layer whose size is not told yet makes the sum a lower estimate; one that was so small that it was
            // complete before its size was told does not.
            isTotalBytesFinal: own.allSatisfy { $0.total != nil || $0.isComplete })
    }
}
