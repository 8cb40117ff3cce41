import Configurations
import FoundationEssentials
import Wire

/// Finds the profile of a run: in `.dstack/profiles.yml` of the current directory, else in `~/.dstack/profiles.yml`.
struct ProfileLoader: Sendable {
    let session: Session

    func load(_ options: ProfileOptions) async throws -> Profile {
        if options.noProfile {
            return Profile(name: "no-profile")
        }
        if options.profile == nil, try isSwitchedOff() {
            return Profile(name: "no-profile")
        }
        let name = options.profile ?? session.environment["DSTACK_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
        let directories = [FileManager.default.currentDirectoryPath + "/.dstack", session.home + "/.dstack"]
        return try await offPool { try Self.find(name, in: directories) }
    }

    private func isSwitchedOff() throws -> Bool {
        switch session.environment["DSTACK_NO_PROFILE", default: ""].lowercased() {
        case "", "0", "false", "off", "no": false
        case "1", "true", "on", "yes": true
        case let other: throw CommandError("DSTACK_NO_PROFILE is '\(other)', which is neither 1 nor 0")
        }
    }

    private static func find(_ name: String?, in directories: [String]) throws -> Profile {
        var lastError: ConfigurationError?
        for path in directories.flatMap({ [$0 + "/profiles.yml", $0 + "/profiles.yaml"] }) {
            guard FileManager.default.fileExists(atPath: path) else {
                continue
            }
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            let file: ProfilesFile
            do {
                file = try ProfilesFile(text: text, path: path)
            } catch {
                throw CommandError(StyledText("\(error)"))
            }
            do {
                if let profile = try file.profile(named: name) {
                    try refuseUnserved(profile, file)
                    return profile
                }
            } catch let error as ConfigurationError {
                lastError = lastError ?? error  // The other file may have a profile of the name.
            }
        }
        if let lastError {
            throw CommandError(StyledText("\(lastError)"))
        }
        if let name {
            throw CommandError("No such profile: \(name). Profiles are read from .dstack/profiles.yml.")
        }
        return Profile(name: "default")
    }

    private static func refuseUnserved(_ profile: Profile, _ file: ProfilesFile) throws {
        let problems = Served.refusals(of: profile.params).map {
            file.problem(inProfile: profile.name, at: $0.path, $0.message)
        }
        if !problems.isEmpty {
            throw CommandError(StyledText(ConfigurationError(file: file.path, problems: problems).description))
        }
    }
}
