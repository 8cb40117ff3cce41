import AgentClient
import AgentSupport
import Testing
import Wire

@testable import Backends

/// What the engine may rely on, whichever shim it talks to and however it hears of it.
@Suite(.timeLimit(.minutes(2)))
struct ShimContractTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        /// Ours, which pushes.
        case pushed
        /// Ours, asked again and again.
        case polled
        /// One that looks like dstack's own.
        case official

        var testDescription: String { rawValue }
    }

    @Test(arguments: Kind.allCases) func aTask_isToldFromItsStartToItsRemoval(_ kind: Kind) async throws {
        try await Self.with(kind) { client, watch in
            guard case .snapshot(_, let none)? = try await watch.next() else { throw Unexpected() }
            #expect(none.isEmpty)
            _ = try await client.submit(ShimTaskRequest(id: "a", name: "job"))
            let running = try await Self.task(.running, on: watch)
            #expect(running.id == "a")
            #expect(running.runnerPort == 10999)
            #expect(running.address?.hasPrefix("127.") == true)
            // The same id again is the same task.
            #expect(try await client.submit(ShimTaskRequest(id: "a", name: "job")).status == .running)
            #expect(try await client.task(id: "a") == running)
            try await client.terminate(id: "a", reason: "terminated_by_user", message: "m", grace: 0)
            let ended = try await Self.task(.terminated, on: watch)
            #expect(ended.terminationReason == "terminated_by_user")
            #expect(ended.terminationMessage == "m")
            try await client.remove(id: "a")
            while let notice = try await watch.next(), notice != .removed(id: "a") { #expect(notice == .heartbeat) }
            #expect(try await client.task(id: "a") == nil)
            // What is not there may be ended and removed.
            try await client.terminate(id: "b", reason: "terminated_by_user", message: "", grace: 0)
            try await client.remove(id: "b")
        }
    }

    @Test(arguments: Kind.allCases) func whoComesLater_isToldWhatThereIs(_ kind: Kind) async throws {
        try await Self.with(kind) { client, _ in
            _ = try await client.submit(ShimTaskRequest(id: "a", name: "job"))
            let watch = try await Self.watch(kind, client)
            guard case .snapshot(_, let tasks)? = try await watch.next() else { throw Unexpected() }
            #expect(tasks.map(\.id) == ["a"])
            await watch.close()
            #expect(try await watch.next() == nil)
        }
    }

    private struct Unexpected: Error {}

    private static func task(_ status: ShimTaskStatus, on watch: any ShimWatch) async throws -> ShimTask {
        while let notice = try await watch.next() {
            if case .task(let task) = notice, task.status == status { return task }
        }
        throw Unexpected()
    }

    private static func watch(_ kind: Kind, _ client: NIOShimClient) async throws -> any ShimWatch {
        kind == .polled
            ? client.polled(pause: PollPause(shortest: .milliseconds(1), longest: .milliseconds(20)))
            : try await client.watch()
    }

    private static func with(
        _ kind: Kind, _ body: @escaping @Sendable (NIOShimClient, any ShimWatch) async throws -> Void
    ) async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            switch kind {
            case .pushed, .polled: try await body(shim.client, try await watch(kind, shim.client))
            case .official:
                try await OfficialLook.with(.unix(path: shim.socket)) { address in
                    let client = NIOShimClient(address: address, requestTime: .seconds(60))
                    defer { client.release() }
                    try await body(client, try await watch(kind, client))
                }
            }
        }
    }
}
