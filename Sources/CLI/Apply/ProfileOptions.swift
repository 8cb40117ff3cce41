import ArgumentParser
import Wire

/// The flags that choose a profile and replace its settings.
struct ProfileOptions: ParsableArguments {
    enum Spot: String, EnumerableFlag {
        case spot, onDemand, spotAuto

        static func help(for value: Spot) -> ArgumentHelp? {
            switch value {
            case .spot: "Only spot instances."
            case .onDemand: "Only on-demand instances."
            case .spotAuto: "Both, whichever is cheaper."
            }
        }
    }

    enum RetrySwitch: String, EnumerableFlag {
        case retry, noRetry

        static func help(for value: RetrySwitch) -> ArgumentHelp? {
            switch value {
            case .retry: "Submit it again after any failure, for an hour."
            case .noRetry: "Do not submit it again."
            }
        }
    }

    @Option(help: ArgumentHelp("The profile. The default is $DSTACK_PROFILE.", valueName: "name"))
    var profile: String?

    @Flag(help: "Use no profile. The same as $DSTACK_NO_PROFILE=1.")
    var noProfile = false

    @Option(help: ArgumentHelp("The highest price per hour, in dollars.", valueName: "price"))
    var maxPrice: Double?

    @Option(help: ArgumentHelp("How long the run may take, as 2h, or off.", valueName: "duration"))
    var maxDuration: Shorthand<OffableDuration>?

    @Option(
        name: [.customShort("b"), .customLong("backend")], parsing: .singleValue,
        help: ArgumentHelp("Only this backend; can be given several times.", valueName: "name"))
    var backends: [Shorthand<BackendType>] = []

    @Option(
        name: [.customShort("r"), .customLong("region")], parsing: .singleValue,
        help: ArgumentHelp("Only this region; can be given several times.", valueName: "name"))
    var regions: [String] = []

    @Option(
        name: .customLong("instance-type"), parsing: .singleValue,
        help: ArgumentHelp("Only this type of instance; can be given several times.", valueName: "name"))
    var instanceTypes: [String] = []

    @Option(
        name: .customLong("fleet"), parsing: .singleValue,
        help: ArgumentHelp("Only this fleet; can be given several times.", valueName: "name"))
    var fleets: [Shorthand<EntityReference>] = []

    @Flag(name: [.customShort("R"), .long], help: "Use an instance that is there; do not create one.")
    var reuse = false

    @Flag(help: "Keep an instance that the run creates.")
    var dontDestroy = false

    @Option(help: ArgumentHelp("How long an instance that the run creates stays idle, as 5m.", valueName: "duration"))
    var idleDuration: String?

    @Flag(exclusivity: .exclusive)
    var spot: Spot?

    @Option(help: ArgumentHelp("spot, on-demand or auto.", valueName: "policy"))
    var spotPolicy: Shorthand<SpotPolicy>?

    @Flag(exclusivity: .exclusive)
    var retry: RetrySwitch?

    @Option(help: ArgumentHelp("Submit it again after any failure, for this long, as 2h.", valueName: "duration"))
    var retryDuration: String?

    func validate() throws {
        try allowOne(of: [("--profile", profile != nil), ("--no-profile", noProfile)])
        try allowOne(of: [
            ("--reuse", reuse), ("--dont-destroy", dontDestroy), ("--idle-duration", idleDuration != nil),
        ])
        try allowOne(of: [("--spot-policy", spotPolicy != nil), (spotFlag, spot != nil)])
        try allowOne(of: [("--retry-duration", retryDuration != nil), (retryFlag, retry != nil)])
        if let retryDuration, Seconds(retryDuration) == nil {
            throw ValidationError("--retry-duration takes a duration like 90s, 5m or 2h, not '\(retryDuration)'")
        }
        _ = try idleSeconds()
    }

    func apply(to params: inout ProfileParams) {
        if !backends.isEmpty { params.backends = backends.map(\.value) }
        if !regions.isEmpty { params.regions = regions }
        if !instanceTypes.isEmpty { params.instanceTypes = instanceTypes }
        if !fleets.isEmpty { params.fleets = fleets.map(\.value) }
        if let maxPrice { params.maxPrice = maxPrice }
        if let maxDuration { params.maxDuration = maxDuration.value }
        if reuse { params.creationPolicy = .reuse }
        if let seconds = try? idleSeconds() {  // `validate` has refused what it cannot read.
            params.idleDuration = seconds
        } else if dontDestroy {
            params.idleDuration = -1
        }
        if let policy = chosenSpotPolicy { params.spotPolicy = policy }
        switch retry {
        case .retry: params.retry = .flag(true)
        case .noRetry: params.retry = .flag(false)
        case nil:
            if let duration = retryDuration.flatMap({ Seconds($0) }) {
                params.retry = .policy(ProfileRetry(duration: duration))
            }
        }
    }

    private var chosenSpotPolicy: SpotPolicy? {
        switch spot {
        case .spot: .spot
        case .onDemand: .onDemand
        case .spotAuto: .auto
        case nil: spotPolicy?.value
        }
    }

    private func idleSeconds() throws -> Int? {
        guard let idleDuration else {
            return nil
        }
        if idleDuration == "off" {
            return -1
        }
        guard let seconds = Seconds(idleDuration) else {
            throw ValidationError("--idle-duration takes off or a duration like 90s, 5m or 2h, not '\(idleDuration)'")
        }
        return seconds.count
    }

    private var spotFlag: String {
        switch spot {
        case .spot, nil: "--spot"
        case .onDemand: "--on-demand"
        case .spotAuto: "--spot-auto"
        }
    }

    private var retryFlag: String {
        retry == .noRetry ? "--no-retry" : "--retry"
    }

    private func allowOne(of flags: [(name: String, isGiven: Bool)]) throws {
        let given = flags.filter(\.isGiven).map(\.name)
        if given.count > 1 {
            throw ValidationError("\(given.joined(separator: " and ")) exclude each other")
        }
    }
}
