import Glibc

/// The host's GPUs, as containers are given them.
enum GPUKind: Equatable, Sendable {
    case none
    case nvidia(count: Int)
    /// - Parameter renderNodes: the device of each; none where they are not known.
    case amd(renderNodes: [String])

    /// How many there are; 0 where that is not known.
    var count: Int { shown ?? 0 }

    /// How many the kernel shows; nil where that is not known.
    var shown: Int? {
        switch self {
        case .none: 0
        case .nvidia(let count): count
        case .amd(let nodes): nodes.isEmpty ? nil : nodes.count
        }
    }

    /// What the kernel shows at this moment. Reads a few small files of it.
    ///
    /// - Parameter root: where `/proc` and `/sys` are.
    static func now(root: String = "") -> GPUKind {
        if FileBytes.read("\(root)/proc/driver/nvidia/version", limit: 1) != nil {
            return .nvidia(count: FileBytes.names(in: "\(root)/proc/driver/nvidia/gpus").count)
        }
        let nodes = AMDCards.renderNodes(topology: root + AMDCards.topology)
        return nodes.isEmpty && access("\(root)/sys/module/amdgpu/version", R_OK) != 0
            ? .none : .amd(renderNodes: nodes)
    }

    /// Why a task cannot have what it asks for: it would run without, and say so in its own words, after an hour maybe.
    ///
    /// - Parameters:
    ///   - asked: how many it asks for; -1 means all.
    ///   - known: as many as the host is known to have.
    func shortage(of asked: Int, known: Int) -> String? {
        guard let shown, shown < (asked < 0 ? known : asked) else { return nil }
        let count = asked < 0 ? "all \(known)" : "\(asked)"
        return "the job asks for \(count) GPU\(count == "1" ? "" : "s") and the host shows \(shown); "
            + "see that its driver works (nvidia-smi, amd-smi)"
    }
}

/// As many GPUs as the host has shown since it was set up, written down in the shim's directory: a driver that is gone after a
/// reboot shows none, and what starts then would count that as all.
enum KnownGPUs {
    static let file = "gpus"

    /// Takes what the host shows when the shim starts, and gives the most that it ever showed.
    static func update(_ now: Int, home: String) throws(ShimError) -> Int {
        let path = "\(home)/\(file)"
        let text = FileBytes.read(path, limit: 20).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let before = Int(text.filter { !$0.isWhitespace }) ?? 0
        if now > before { try FileBytes.replace(path, with: Array("\(now)\n".utf8)) }
        return max(now, before)
    }
}
