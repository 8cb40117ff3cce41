/// JSON text in the making: writes in one pass and closes what lies deeper before it goes on.
final class JSONSink {
    private(set) var bytes: [UInt8] = []
    /// For each open list or mapping its closing bracket and whether something stands in it already.
    private var open: [(closing: UInt8, isEmpty: Bool)] = []

    init() {
        bytes.reserveCapacity(1024)
    }

    /// How many lists and mappings are open.
    var depth: Int { open.count }

    /// Closes what was opened beyond `depth`.
    func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().closing) }
    }

    /// Opens a list or mapping, unless the one at this depth is open already.
    func open(at depth: Int, with opening: UInt8, closing: UInt8) {
        if open.count > depth {
            close(to: depth + 1)
            return
        }
        bytes.append(opening)
        open.append((closing, true))
    }

    /// Starts the next element of the list or mapping at `depth`.
    func element(at depth: Int) {
        close(to: depth)
        if open[depth - 1].isEmpty {
            open[depth - 1].isEmpty = false
        } else {
            bytes.append(UInt8(ascii: ","))
        }
    }

    func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Text that is JSON already.
    func raw(_ text: [UInt8]) {
        bytes.append(contentsOf: text)
    }

    func integer(_ value: some BinaryInteger) {
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes what is not finite as null: JSON has no word for it.
    func number(_ value: Double) {
        guard value.isFinite else { return literal("null") }
        bytes.append(contentsOf: value.description.utf8)
    }

    func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { buffer in
            var start = 0
            for index in 0..<buffer.count {
                let byte = buffer[index]
                if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
                bytes.append(contentsOf: buffer[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: buffer[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            literal("u00")
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}
