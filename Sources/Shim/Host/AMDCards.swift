/// AMD's GPUs as the kernel's compute driver lists them: each has a device of its own to draw and compute by.
///
/// Beside these, all of them share `/dev/kfd`.
enum AMDCards {
    static let topology = "/sys/class/kfd/kfd/topology/nodes"

    /// The devices of this host's GPUs, in the order in which AMD's tools number them. Reads small files of the kernel.
    ///
    /// - Parameter topology: where they are.
    static func renderNodes(topology: String = topology) -> [String] {
        FileBytes.names(in: topology).compactMap(Int.init).sorted().compactMap { number in
            FileBytes.read("\(topology)/\(number)/properties", limit: 1 << 16)
                .flatMap { renderNode(String(decoding: $0, as: UTF8.self)) }
        }
    }

    /// The device of one node, from its lines of `name value`; nil for a processor.
    static func renderNode(_ properties: String) -> String? {
        var values: [Substring: Int] = [:]
        for line in properties.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[words[0]] = Int(words[1]) }
        }
        // Devices that only compute or draw are numbered from 128.
        guard let minor = values["drm_render_minor"], minor >= 128, values["simd_count"] != 0 else { return nil }
        return "/dev/dri/renderD\(minor)"
    }
}
