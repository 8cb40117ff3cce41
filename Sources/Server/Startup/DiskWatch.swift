import ServiceLifecycle
import Store

/// Looks at the server's disk, so that its reserve is made again once there is room, and the log says how it stands.
struct DiskWatch: Service {
    private static let interval = Duration.seconds(1)

    let space: DiskSpace

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                space.watch()
                // A cancelled wait ends the loop at its condition.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
