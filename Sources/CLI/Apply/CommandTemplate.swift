/// The references `${{ … }}` in a configuration's commands.
enum CommandTemplate {
    struct Failure: Error, Equatable {
        let message: String
    }

    /// The command with `${{ run.args }}` filled in. References to secrets and to groups of nodes are left
    /// for the server; `$$` before a brace stands for a dollar sign.
    static func fill(_ command: String, arguments: String) throws(Failure) -> String {
        var result = ""
        var rest = command[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest[dollar...]
            if after.hasPrefix("$$") {
                result += "$"
                rest = after.dropFirst(2)
            } else if after.hasPrefix("${{") {
                let body = after.dropFirst(3)
                guard let close = body.indices.first(where: { body[$0...].hasPrefix("}}") }) else {
                    throw Failure(message: "a reference that begins with ${{ has no }}")
                }
                let name = body[..<close].filter { $0 != " " }
                let whole = after[..<body.index(close, offsetBy: 2)]
                result += try value(of: name, written: String(whole), arguments: arguments)
                rest = body[close...].dropFirst(2)
            } else {
                result += "$"
                rest = after.dropFirst()
            }
        }
        return result + rest
    }

    private static func value(of name: String, written: String, arguments: String) throws(Failure) -> String {
        if name == "run.args" {
            return arguments
        }
        if name.hasPrefix("secrets.") || name.hasPrefix("groups[") || name.hasPrefix("groups.") {
            return written
        }
        throw Failure(message: "'\(written)' refers to nothing that is known; run.args and secrets.NAME are")
    }
}
