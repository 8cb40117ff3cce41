import Wire

/// Puts variables in place of `${{ secrets.NAME }}` in a shell script, quoted so that the value comes out as one word
/// wherever the reference stands.
///
/// The value itself must not be in the script: a script is an argument of the shell, which every user of the machine
/// can read, and a value with a quote or a semicolon in it would be read as code. A variable of the job's environment
/// is the job's own to read, and is never parsed.
///
/// ```
/// echo ${{ secrets.A }}     →  echo "${DSTACK_SECRET_A}"
/// echo "<${{ secrets.A }}>" →  echo "<${DSTACK_SECRET_A}>"
/// echo '<${{ secrets.A }}>' →  echo '<'"${DSTACK_SECRET_A}"'>'
/// ```
struct ShellSecrets {
    /// The shells whose quoting this knows, by the name of the program.
    static let shells: Set = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"]

    /// What the place is in that is being read.
    private enum Context: Equatable {
        /// A command's words; `closing` ends them and goes back to what is around, and `depth` counts the
        /// parentheses in between.
        case words(closing: UInt8?, depth: Int)
        case single
        case double
        /// `$'…'`
        case escaped
        case comment
        case arithmetic(depth: Int)
    }

    private struct Document {
        var delimiter: String
        var isQuoted: Bool
        var dropsTabs: Bool
    }

    private let script: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private var names: [String] = []
    private var contexts: [Context] = [.words(closing: nil, depth: 0)]
    private var documents: [Document] = []

    private init(_ script: String) { self.script = Array(script.utf8) }

    /// Whether the text refers to a secret.
    static func hasReference(_ text: String) -> Bool {
        var scanner = ShellSecrets(text)
        while scanner.position < scanner.script.count {
            if scanner.has("$$"), scanner.reference(at: scanner.position + 1) != nil {
                scanner.position += 2
            } else if let reference = scanner.reference(at: scanner.position), reference.isSecret {
                return true
            } else {
                scanner.position += 1
            }
        }
        return false
    }

    /// - Returns: the script with variables, and the names of the secrets that they stand for, each once.
    static func rewrite(_ script: String) throws(SecretReferenceError) -> (text: String, names: [String]) {
        var scanner = ShellSecrets(script)
        while scanner.position < scanner.script.count { try scanner.step() }
        return (String(decoding: scanner.output, as: UTF8.self), scanner.names)
    }

    // MARK: Reading

    private var context: Context { contexts.last ?? .words(closing: nil, depth: 0) }
    private var byte: UInt8 { script[position] }

    private func has(_ text: String, at index: Int? = nil) -> Bool {
        script[(index ?? position)...].starts(with: text.utf8)
    }

    private mutating func copy(_ count: Int = 1) {
        let end = min(position + count, script.count)
        output += script[position..<end]
        position = end
    }

    private mutating func step() throws(SecretReferenceError) {
        if try takeReference() { return }
        switch context {
        case .comment:
            if byte == UInt8(ascii: "\n") { contexts.removeLast() } else { copy() }
        case .single:
            if byte == UInt8(ascii: "'") { contexts.removeLast() }
            copy()
        case .escaped:
            if byte == UInt8(ascii: "\\") { return copy(2) }
            if byte == UInt8(ascii: "'") { contexts.removeLast() }
            copy()
        case .double:
            stepDouble()
        case .arithmetic(let depth):
            stepArithmetic(depth)
        case .words(let closing, let depth):
            try stepWords(closing, depth)
        }
    }

    private mutating func stepDouble() {
        switch byte {
        case UInt8(ascii: "\\"): copy(2)
        case UInt8(ascii: "\""):
            contexts.removeLast()
            copy()
        default:
            if !beginSubstitution() { copy() }
        }
    }

    private mutating func stepArithmetic(_ depth: Int) {
        if byte == UInt8(ascii: "(") { contexts[contexts.count - 1] = .arithmetic(depth: depth + 1) }
        if byte == UInt8(ascii: ")") {
            if depth == 0 {
                contexts.removeLast()
                return copy(2)
            }
            contexts[contexts.count - 1] = .arithmetic(depth: depth - 1)
        }
        copy()
    }

    private mutating func stepWords(_ closing: UInt8?, _ depth: Int) throws(SecretReferenceError) {
        switch byte {
        case UInt8(ascii: "\\"): copy(2)
        case UInt8(ascii: "'"):
            contexts.append(.single)
            copy()
        case UInt8(ascii: "\""):
            contexts.append(.double)
            copy()
        case UInt8(ascii: "#") where isWordStart:
            contexts.append(.comment)
            copy()
        case UInt8(ascii: "\n"):
            copy()
            try takeDocuments()
        case closing where depth == 0:
            contexts.removeLast()
            copy()
        case UInt8(ascii: "("), UInt8(ascii: ")"):
            let change = byte == UInt8(ascii: "(") ? 1 : -1
            contexts[contexts.count - 1] = .words(closing: closing, depth: max(0, depth + change))
            copy()
        case UInt8(ascii: "<") where has("<<"):
            beginDocument()
        default:
            if has("$'") {
                contexts.append(.escaped)
                copy(2)
            } else if !beginSubstitution() {
                copy()
            }
        }
    }

    /// Enters `$(…)`, `$((…))` or a pair of backquotes.
    private mutating func beginSubstitution() -> Bool {
        if has("$((") {
            contexts.append(.arithmetic(depth: 0))
            copy(3)
        } else if has("$(") {
            contexts.append(.words(closing: UInt8(ascii: ")"), depth: 0))
            copy(2)
        } else if byte == UInt8(ascii: "`") {
            contexts.append(.words(closing: UInt8(ascii: "`"), depth: 0))
            copy()
        } else {
            return false
        }
        return true
    }

    private var isWordStart: Bool {
        guard position > 0 else { return true }
        return " \t\n;&|()`".utf8.contains(script[position - 1])
    }

    // MARK: References

    private struct Reference {
        var name: String
        var end: Int
        var isSecret: Bool { name.hasPrefix("secrets.") }
    }

    private func reference(at index: Int) -> Reference? {
        guard has("${{", at: index),
            let closing = script[(index + 3)...].firstRange(of: Array("}}".utf8))
        else { return nil }
        let inside = String(decoding: script[(index + 3)..<closing.lowerBound], as: UTF8.self)
        return Reference(name: String(inside.filter { !$0.isWhitespace }), end: closing.upperBound)
    }

    /// Takes a reference at this place, also one of another kind, which is left as it is.
    private mutating func takeReference() throws(SecretReferenceError) -> Bool {
        if has("$$"), let escaped = reference(at: position + 1), escaped.isSecret {
            position += 1
            copy(escaped.end - position)
            return true
        }
        guard let reference = reference(at: position) else { return false }
        guard reference.isSecret else {
            copy(reference.end - position)
            return true
        }
        let variable = try variable(for: reference)
        position = reference.end
        switch context {
        case .single: output += Array("'\"\(variable)\"'".utf8)
        case .escaped: output += Array("'\"\(variable)\"$'".utf8)
        case .words: output += Array("\"\(variable)\"".utf8)
        case .double, .comment, .arithmetic: output += Array(variable.utf8)
        }
        return true
    }

    private mutating func variable(for reference: Reference) throws(SecretReferenceError) -> String {
        guard Interpolation.isName(reference.name) else { throw .illegal(reference.name, place: "`commands`") }
        let name = String(reference.name.dropFirst("secrets.".count))
        if !names.contains(name) { names.append(name) }
        return "${\(SecretReferences.variablePrefix)\(name)}"
    }

    // MARK: Here-documents

    /// Notes `<<WORD`; its text begins behind the end of the line.
    private mutating func beginDocument() {
        if has("<<<") { return copy(3) }
        copy(2)
        let dropsTabs = position < script.count && byte == UInt8(ascii: "-")
        if dropsTabs { copy() }
        while position < script.count, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { copy() }
        var delimiter: [UInt8] = []
        var isQuoted = false
        while position < script.count, !" \t\n;&|()<>".utf8.contains(byte) {
            if "'\"\\".utf8.contains(byte) { isQuoted = true } else { delimiter.append(byte) }
            copy()
        }
        documents.append(
            Document(
                delimiter: String(decoding: delimiter, as: UTF8.self), isQuoted: isQuoted, dropsTabs: dropsTabs))
    }

    /// Copies the texts of the here-documents that were noted on the line before.
    private mutating func takeDocuments() throws(SecretReferenceError) {
        let begun = documents
        documents = []
        for document in begun {
            guard let end = end(of: document) else { continue }
            while position < end {
                if let reference = reference(at: position), reference.isSecret {
                    if document.isQuoted { throw .quotedDocument(delimiter: document.delimiter) }
                    output += Array(try variable(for: reference).utf8)
                    position = reference.end
                } else {
                    copy()
                }
            }
        }
    }

    /// Where the text of a here-document ends, with its last line; nil where no line ends it.
    private func end(of document: Document) -> Int? {
        var start = position
        while start < script.count {
            let end = script[start...].firstIndex(of: UInt8(ascii: "\n")) ?? script.count
            var line = script[start..<end]
            if document.dropsTabs { line = line.drop { $0 == UInt8(ascii: "\t") } }
            if line.elementsEqual(document.delimiter.utf8) { return end }
            start = end + 1
        }
        return nil
    }
}
