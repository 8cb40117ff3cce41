/// Names of GPUs as dstack's configurations use them, from those that the vendors' tools print.
enum GPUName {
    /// `NVIDIA A100-SXM4-80GB` is A100, `NVIDIA GeForce RTX 4090` is RTX4090, `NVIDIA RTX A6000` is A6000.
    static func nvidia(_ printed: String) -> String {
        var name = printed
        for maker in ["NVIDIA ", "Tesla ", "Quadro ", "GeForce "] { name = name.replacing(maker, with: "") }
        if name.contains("GH200") { return "GH200" }
        if name.contains("RTX A") {
            name = name.replacing("RTX A", with: "A")
            return model(in: name, letters: "A", digitsOnly: true) ?? name.replacing(" ", with: "")
        }
        for (long, short) in [
            (" Ti", "Ti"), (" SUPER", "SUPER"), (" Super", "SUPER"), (" NVL", "NVL"), (" Ada Generation", "Ada"),
            ("RTX ", "RTX"),
        ] {
            name = name.replacing(long, with: short)
        }
        return model(in: name, letters: "AHLPTV", digitsOnly: false) ?? name.replacing(" ", with: "")
    }

    /// `AMD Instinct MI300X` is MI300X.
    static func amd(_ printed: String) -> String {
        let words = printed.split(separator: " ")
        guard let word = words.first(where: { $0.hasPrefix("MI") && $0.dropFirst(2).first?.isNumber == true }) else {
            return printed
        }
        return word == "MI300X-O" ? "MI300X" : String(word)
    }

    /// The first of `letters` that is followed by a digit, with the word characters after it.
    private static func model(in name: String, letters: String, digitsOnly: Bool) -> String? {
        let characters = Array(name)
        for (index, letter) in characters.enumerated() where letters.contains(letter) {
            let rest = characters[(index + 1)...]
            guard rest.first?.isNumber == true else { continue }
            let tail = rest.prefix { digitsOnly ? $0.isNumber : $0.isLetter || $0.isNumber || $0 == "_" }
            return String(letter) + String(tail)
        }
        return nil
    }
}
