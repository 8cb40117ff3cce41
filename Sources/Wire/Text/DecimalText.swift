/// Numbers as dstack's clients print them.
public enum DecimalText {
    /// Up to six significant digits without trailing zeros, as C's `%g` prints.
    public static func general(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        guard value != 0 else { return "0" }
        let sign = value < 0 ? "-" : ""
        var (digits, exponent) = sixDigits(of: value.magnitude)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.dropFirst()
            let mantissa = String(digits[0]) + (fraction.isEmpty ? "" : "." + String(fraction))
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + power
        }
        if exponent < 0 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + String(digits)
        }
        while digits.count <= exponent { digits.append("0") }
        let whole = String(digits[...exponent])
        let fraction = String(digits[(exponent + 1)...])
        return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// A fixed number of decimals, rounded half to even in binary, as C's `%.Nf` prints for such amounts.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return general(value) }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int64((value.magnitude * scale).rounded(.toNearestOrEven))
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(scaled) }
        var digits = String(scaled)
        while digits.count <= decimals { digits = "0" + digits }
        return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }

    /// The first six significant digits of a positive number, and the power of ten of the first.
    private static func sixDigits(of value: Double) -> (digits: [Character], exponent: Int) {
        var exponent = 0
        var power = 1.0
        while value / power >= 10 {
            power *= 10
            exponent += 1
        }
        while value / power < 1 {
            power /= 10
            exponent -= 1
        }
        var scaled = Int64((value / power * 100_000).rounded(.toNearestOrEven))
        if scaled == 1_000_000 {
            scaled = 100_000
            exponent += 1
        }
        return (Array(String(scaled)), exponent)
    }
}
