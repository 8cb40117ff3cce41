import ArgumentParser
import Wire

/// Where the run's ports are to be on this machine.
struct ForwardingOptions: ParsableArguments {
    @Option(
        name: [.customShort("p"), .customLong("port")], parsing: .singleValue,
        help: ArgumentHelp("A port of the run, or LOCAL:PORT, or *:PORT for any local one.", valueName: "mapping"))
    var ports: [Shorthand<PortMapping>] = []

    @Option(
        help: ArgumentHelp(
            "The local address to forward the run's ports from. The default is localhost.",
            valueName: "host"))
    var host: String?

    var mappings: [PortMapping] { ports.map(\.value) }
}
