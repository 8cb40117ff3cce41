/// Whose host it is: a file on the host, so that two fleets, or two servers, that name one host hear of each other.
struct HostMark: Equatable, Sendable {
    /// The instance's id.
    var instance: String
    /// As the user of that fleet wrote it.
    var hostname = ""
    /// Who logged in to set it up, whose `authorized_keys` has the key; empty in the marks of earlier releases.
    var user = ""
    /// The address that the server logged in from, as the host saw it, and when.
    var server = ""
    var date = ""

    /// Lines of `name=value`, the order of no meaning; nil where there is no instance in it.
    init?(_ text: String) {
        var values: [Substring: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let cut = line.firstIndex(of: "=") else { continue }
            values[line[..<cut]] = String(line[line.index(after: cut)...])
        }
        guard let instance = values["instance"], !instance.isEmpty else { return nil }
        self.instance = instance
        hostname = values["hostname"] ?? ""
        user = values["user"] ?? ""
        server = values["server"] ?? ""
        date = values["date"] ?? ""
    }

    /// As people are told.
    var words: String {
        var words = "instance \(instance)"
        if !hostname.isEmpty { words += " ('\(hostname)')" }
        if !server.isEmpty { words += ", set up from \(server)" }
        if !date.isEmpty { words += " at \(date)" }
        return words
    }
}
