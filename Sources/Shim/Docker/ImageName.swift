/// An image's name as users write it: `[registry/]repository[:tag][@digest]`.
struct ImageName: Equatable, Sendable {
    /// Everything before tag and digest.
    let repository: String
    let tag: String?
    let digest: String?

    init(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        digest = parts.count > 1 ? parts[1] : nil
        let name = parts.first ?? ""
        // A colon before the last slash belongs to a registry's port.
        let start = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
        if let colon = name[start...].firstIndex(of: ":") {
            repository = String(name[..<colon])
            tag = String(name[name.index(after: colon)...])
        } else {
            repository = name
            tag = nil
        }
    }

    /// Whether the name may mean another image tomorrow: neither digest nor a tag but `latest`.
    var isMoving: Bool { digest == nil && (tag ?? "latest") == "latest" }

    /// What the engine is asked to pull for the tag: the digest where there is one.
    var pullTag: String { digest ?? tag ?? "latest" }

    /// The registry that serves it; nil means Docker Hub.
    var registry: String? {
        guard let slash = repository.firstIndex(of: "/") else { return nil }
        let first = repository[..<slash]
        return first.contains(".") || first.contains(":") || first == "localhost" ? String(first) : nil
    }
}
