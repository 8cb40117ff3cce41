// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deques: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let ordered: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// One room of the house: a library target in `Sources/NAME`.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// One program: an executable target in `Sources/NAME`.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// One agent: a program that runs where nothing else is. A release of it brings even the C library along.
func agent(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, swiftSettings: strict,
        linkerSettings: [.unsafeFlags(["-static-executable"], .when(configuration: .release))])
}

/// The tests of one room, in `Tests/NAMETests`.
func tests(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name)] + more, swiftSettings: strict)
}

let package = Package(
    name: "dstack",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "dstack", targets: ["CLI"]),
        .executable(name: "dstack-shim", targets: ["Shim"]),
        .executable(name: "dstack-runner", targets: ["Runner"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.11.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        // Vocabulary.
        room("Wire", []),
        room("Configurations", ["Wire", .product(name: "Yams", package: "Yams")]),
        room("Threads", []),
        // What a machine's own tools tell.
        room("HostTools", ["Wire", "CLinux", "Threads"]),
        // Outgoing HTTP.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        room("HTTPClient", ["CCurl", "Threads"]),
        room("AgentClient", ["Wire", nioCore, nioPosix, nioHTTP1]),
        // SSH.
        .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        room("SSH", ["CLibSSH2", "CLinux", "Threads"]),
        // Linux calls that Swift cannot see.
        .systemLibrary(name: "CLinux"),
        .target(name: "CProcesses"),
        // Engine.
        room("Store", ["Wire", "CLinux", crypto, logging, .product(name: "GRDB", package: "GRDB.swift")]),
        room("Backends", ["Wire", "HostTools", "AgentClient", "SSH", crypto, logging]),
        room("JobActors", ["Wire", "Store", "SSH", "Backends", deques, ordered, logging]),
        room("Supervisor", ["JobActors", "Store", "SSH", "Backends", "Wire", ordered, logging]),
        // The engine in a world of its own: virtual time, simulated peers, faults drawn by a seed.
        room("Simulation", ["Supervisor", "JobActors", "Store", "SSH", "Backends", "Wire", deques, ordered, logging]),
        program("Simulate", ["Simulation"]),
        // Server, API library, command line.
        room(
            "Server",
            [
                "CLinux", "Supervisor", "JobActors", "Store", "SSH", "Backends", "Wire", "Configurations", crypto,
                logging, nioCore, nioPosix,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        room("Client", ["Wire", "HTTPClient", "Threads"]),
        program("CLI", ["Client", "Configurations", "Server", "Wire", argumentParser, logging]),
        // Agents.
        room("AgentServer", [nioCore, nioPosix, nioHTTP1, nioWebSocket]),
        agent("Runner", ["Wire", "AgentServer", "CLinux", "Threads", nioCore, nioPosix]),
        agent(
            "Shim",
            ["Wire", "HostTools", "Threads", "AgentClient", "AgentServer", "CLinux", "CProcesses", nioCore, nioPosix]),
        // For `make bench`.
        .executableTarget(
            name: "MeasureStore", dependencies: ["Store", "Wire", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Benchmarks/MeasureStore", swiftSettings: strict),
        .executableTarget(
            name: "MeasureSSH", dependencies: ["SSH"], path: "Benchmarks/MeasureSSH", exclude: ["peer.c"],
            swiftSettings: strict),
        // Tests.
        .target(
            name: "AgentSupport", dependencies: ["AgentClient", "AgentServer"], path: "Tests/AgentSupport",
            swiftSettings: strict),
        tests("Wire"), tests("Configurations"), tests("HostTools", ["Wire", "CLinux"]),
        tests("HTTPClient", ["Threads"]),
        tests("AgentClient", [nioCore]),
        tests("Store", [.product(name: "GRDB", package: "GRDB.swift")]),
        tests("SSH", ["Threads"]), tests("Backends", ["SSH", "Wire", "HostTools", "AgentClient", "AgentServer"]),
        tests("JobActors"), tests("Supervisor", ["JobActors", "Store", "Backends", "Wire"]),
        tests("Simulation"),
        tests("Server", [.product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests("Client"), tests("CLI"),
        tests("AgentServer", ["AgentClient", nioCore, nioPosix, nioHTTP1, nioWebSocket]),
        tests(
            "Runner", ["AgentServer", "AgentSupport", "CLinux", "Threads", "Backends", "AgentClient", "Wire", nioCore]),
        tests("Shim", ["HostTools", "Threads", "AgentServer", "AgentSupport", "Backends", "AgentClient", "Wire"]),
    ]
)
