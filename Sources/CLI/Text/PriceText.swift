import Wire

/// Prices per hour: `$0`, `$1.5`, `$0.0123`.
enum PriceText {
    static func of(_ price: Double) -> String {
        "$" + amount(price)
    }

    /// The price without its sign, and without zeros at its end.
    static func amount(_ price: Double) -> String {
        var text = DecimalText.fixed(price, decimals: 4)
        while text.last == "0" {
            text.removeLast()
        }
        if text.last == "." {
            text.removeLast()
        }
        return text
    }
}
