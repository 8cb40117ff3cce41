/// The maker of a GPU or other accelerator.
public enum AcceleratorVendor: String, Codable, Sendable, CaseIterable {
    case nvidia
    case amd
    case google
    case intel
    case tenstorrent

    /// Reads a name in any case; `tpu` is Google's and `tt` Tenstorrent's.
    public init?(name: String) {
        switch name.lowercased() {
        case "tpu": self = .google
        case "tt": self = .tenstorrent
        case let lowercased:
            guard let vendor = AcceleratorVendor(rawValue: lowercased) else { return nil }
            self = vendor
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let vendor = AcceleratorVendor(name: name) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(name)' is not a GPU vendor; known are nvidia, amd, google (or tpu), intel,"
                    + " tenstorrent (or tt)")
        }
        self = vendor
    }
}
