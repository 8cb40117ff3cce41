import AgentClient
import FoundationEssentials

/// What a registry asks for.
struct RegistryCredentials: Equatable, Sendable {
    var username: String
    var password: String
}

/// Answer of `GET /images/NAME/json`, as far as it matters here.
struct DockerImage: Codable, Equatable, Sendable {
    /// What the image says about the container's main process.
    struct Config: Codable, Equatable, Sendable {
        var user: String?
        var entrypoint: [String]?
        var command: [String]?

        enum CodingKeys: String, CodingKey {
            case user = "User"
            case entrypoint = "Entrypoint"
            case command = "Cmd"
        }
    }

    var id: String
    /// Under which registries know it; empty for an image that was built or imported here.
    var digests: [String]?
    /// As in Go: `amd64`, `arm64`, …
    var architecture: String?
    var config: Config?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case digests = "RepoDigests"
        case architecture = "Architecture"
        case config = "Config"
    }
}

extension DockerEngine {
    /// The image of that name on this host; nil where there is none.
    func image(_ name: String) async throws(DockerError) -> DockerImage? {
        let answer = try await send(.get, "/images/\(Self.escaped(name))/json", expected: [404])
        return answer.status == 404 ? nil : try Self.read(answer)
    }

    /// Brings an image from its registry.
    ///
    /// - Parameters:
    ///   - silence: how long the engine may tell nothing.
    ///   - report: told after each change.
    /// - Throws: `.refused` with the registry's or the disk's words.
    func pull(
        _ name: ImageName, _ credentials: RegistryCredentials?, silence: Duration,
        report: (PullProgress) async -> Void
    ) async throws(DockerError) {
        let path = "/images/create?fromImage=\(Self.escaped(name.repository))&tag=\(Self.escaped(name.pullTag))"
        let stream = try await stream(
            .post, path, headers: Self.authorization(credentials, name), headWithin: .seconds(90), silence: silence)
        var progress = PullProgress()
        var lines = LineReader()
        do {
            while let piece = try await stream.next() {
                var changed = false
                for line in lines.take(piece.readableBytesView) {
                    let step = try JSONDecoder().decode(PullStep.self, from: Data(line))
                    if let error = step.error { throw DockerError.refused(status: 500, message: error) }
                    changed = progress.take(step) || changed
                }
                if changed { await report(progress) }
            }
        } catch {
            throw DockerError(error)
        }
    }

    private static func authorization(
        _ credentials: RegistryCredentials?, _ name: ImageName
    ) throws(DockerError) -> [AgentRequest.Header] {
        guard let credentials else { return [] }
        let fields = [
            "username": credentials.username, "password": credentials.password,
            "serveraddress": name.registry ?? "https://index.docker.io/v1/",
        ]
        do {
            let text = try JSONEncoder().encode(fields).base64EncodedString()
            return [.init("X-Registry-Auth", text.replacing("+", with: "-").replacing("/", with: "_"))]
        } catch {
            throw .malformed("registry credentials that cannot be written as JSON: \(error)")
        }
    }
}

/// Cuts a stream of bytes into lines.
struct LineReader {
    private var rest: [UInt8] = []

    /// The lines that the bytes complete, without their ends; empty ones left out.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !rest.isEmpty { lines.append(rest) }
                rest = []
            } else if byte != UInt8(ascii: "\r") {
                rest.append(byte)
            }
        }
        return lines
    }
}
