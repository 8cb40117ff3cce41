/// Spreads JSON over lines, two blanks for each level.
enum IndentedJSON {
    /// - Parameter json: valid JSON without blanks between its tokens.
    static func make(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var depth = 0
        var isText = false
        var isEscaped = false
        func newLine() {
            result.append(UInt8(ascii: "\n"))
            result += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
        }
        for (index, byte) in json.enumerated() {
            if isText {
                result.append(byte)
                isText = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            let next = index + 1 < json.count ? json[index + 1] : 0
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                result.append(byte)
                if next != UInt8(ascii: "}"), next != UInt8(ascii: "]") {
                    depth += 1
                    newLine()
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let previous = index > 0 ? json[index - 1] : 0
                if previous != UInt8(ascii: "{"), previous != UInt8(ascii: "[") {
                    depth -= 1
                    newLine()
                }
                result.append(byte)
            case UInt8(ascii: ","):
                result.append(byte)
                newLine()
            case UInt8(ascii: ":"):
                result += [byte, UInt8(ascii: " ")]
            default:
                isText = byte == UInt8(ascii: "\"")
                result.append(byte)
            }
        }
        return result
    }
}
