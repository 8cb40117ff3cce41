import ArgumentParser
import Wire

/// The flags that replace a configuration's `resources`.
struct ResourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The CPUs: ARCH:COUNT, either part alone, as 4, 2..8 or arm:8.", valueName: "spec"))
    var cpu: Shorthand<CPUSpec>?

    @Option(
        help: ArgumentHelp("The GPUs: NAME:COUNT:MEMORY, each part optional, as A100:2 or 24GB...", valueName: "spec"))
    var gpu: Shorthand<GPUSpec>?

    @Option(help: ArgumentHelp("The memory, as 16GB or 128GB..256GB.", valueName: "range"))
    var memory: Shorthand<MemoryRange>?

    @Option(help: ArgumentHelp("The disk, as 100GB...", valueName: "range"))
    var disk: Shorthand<DiskSpec>?

    func apply(to resources: inout ResourcesSpec) {
        if let cpu {
            resources.cpu = cpu.value
        }
        if let gpu {
            resources.gpu = gpu.value
        }
        if let memory {
            resources.memory = memory.value
        }
        if let disk {
            resources.disk = disk.value
        }
    }
}

/// A value in the short form that configurations know, read from the command line.
struct Shorthand<Value: Decodable & Sendable>: ExpressibleByArgument, Sendable {
    let value: Value

    init?(argument: String) {
        do {
            value = try WireJSON.decode(from: JSONValue.string(argument), unknownFields: .rejected)
        } catch {
            return nil  // The parser names the flag and the text.
        }
    }
}
