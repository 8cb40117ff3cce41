import Synchronization
import Testing

@testable import SSH

/// Who may log in to which server at a time.
@Suite struct LoginLineTests {
    private enum Step: Equatable {
        case enter(UInt, String, isIn: Bool)
        case leave(String, next: UInt?)
        case giveUp(UInt, String, waited: Bool)
    }

    /// Takes the steps one after the other and sees that each has its result, and that nothing is left at the end.
    private func check(limit: Int, _ steps: [Step]) {
        var line = LoginLine(limit: limit)
        for (index, step) in steps.enumerated() {
            let seen: Step =
                switch step {
                case .enter(let number, let route, _): .enter(number, route, isIn: line.enter(number, at: route))
                case .leave(let route, _): .leave(route, next: line.leave(route))
                case .giveUp(let number, let route, _):
                    .giveUp(number, route, waited: line.giveUp(number, at: route))
                }
            #expect(seen == step, "step \(index)")
        }
        #expect(line.isEmpty)
    }

    @Test func fewAreIn_theOthersComeInTheirOrder() {
        check(
            limit: 2,
            [
                .enter(1, "a", isIn: true), .enter(2, "a", isIn: true), .enter(3, "a", isIn: false),
                .enter(4, "a", isIn: false), .leave("a", next: 3), .leave("a", next: 4),
                // Both places are taken: no other comes before them.
                .enter(5, "a", isIn: false), .leave("a", next: 5), .leave("a", next: nil), .enter(6, "a", isIn: true),
                .leave("a", next: nil), .leave("a", next: nil),
            ])
    }

    @Test func eachServer_hasALineOfItsOwn() {
        check(
            limit: 1,
            [
                .enter(1, "a", isIn: true), .enter(2, "a b", isIn: true), .enter(3, "a", isIn: false),
                .leave("a b", next: nil), .leave("a", next: 3), .leave("a", next: nil),
            ])
    }

    @Test func whoGivesUp_isNotCalled() {
        check(
            limit: 1,
            [
                .enter(1, "a", isIn: true), .enter(2, "a", isIn: false), .enter(3, "a", isIn: false),
                .giveUp(2, "a", waited: true), .leave("a", next: 3),
                // Its turn has come: it has to leave as others do.
                .giveUp(3, "a", waited: false), .giveUp(2, "a", waited: false), .giveUp(1, "b", waited: false),
                .leave("a", next: nil), .leave("a", next: nil),
            ])
    }
}

@Suite(.timeLimit(.minutes(1))) struct LoginQueueTests {
    private static let long = Duration.seconds(50)

    private final class Crowd: Sendable {
        private let state = Mutex((now: 0, most: 0))

        var most: Int { state.withLock { $0.most } }

        func come() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func go() { state.withLock { $0.now -= 1 } }
    }

    /// Holds a place until `body` is over.
    private func holding(
        _ queue: LoginQueue, _ body: (_ release: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        let isIn = Gate()
        let release = Gate()
        let holder = Task {
            try await queue.turn(at: "a", for: "me@a:22", within: Self.long) { () async throws(SSHError) in
                isIn.open()
                await release.wait()
            }
        }
        await isIn.wait()
        do {
            try await body { release.open() }
        } catch {
            release.open()
            throw error
        }
        release.open()
        try await holder.value
    }

    @Test func noMoreThanThatMany_areInAtOneTime() async throws {
        let queue = LoginQueue(limit: 3)
        let crowd = Crowd()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await queue.turn(at: "a", for: "me@a:22", within: Self.long) { () async throws(SSHError) in
                        crowd.come()
                        await Task.yield()
                        crowd.go()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(crowd.most <= 3)
        #expect(queue.isEmpty)
    }

    @Test func whoWaits_andIsCancelled_leavesAtOnce_andTheNextComesIn() async throws {
        let queue = LoginQueue(limit: 1)
        try await holding(queue) { release in
            let ran = Counter()
            let leaver = Task {
                try await queue.turn(at: "a", for: "me@a:22", within: Self.long) { () async throws(SSHError) in
                    ran.add(1)
                }
            }
            leaver.cancel()
            let error = await #expect(throws: SSHError.self) { try await leaver.value }
            #expect(error?.code == .cancelled)
            #expect(ran.value == 0)
            release()
            try await queue.turn(at: "a", for: "me@a:22", within: Self.long) { () async throws(SSHError) in ran.add(1) }
            #expect(ran.value == 1)
        }
        #expect(queue.isEmpty)
    }

    @Test func whoWaitsTooLong_isToldSo_andOthersAreNotHeldUp() async throws {
        let queue = LoginQueue(limit: 1)
        try await holding(queue) { _ in
            let error = await #expect(throws: SSHError.self) {
                try await queue.turn(at: "a", for: "me@a:22", within: .milliseconds(20)) {
                    () async throws(SSHError) in
                }
            }
            #expect(error?.code == .timedOut)
            #expect(error?.description.hasPrefix("me@a:22: other logins to it were under way") == true)
            // Another server has nothing to do with it.
            try await queue.turn(at: "b", for: "me@b:22", within: Self.long) { () async throws(SSHError) in }
        }
        #expect(queue.isEmpty)
    }

    @Test func aFailedLogin_givesItsPlaceBack() async throws {
        let queue = LoginQueue(limit: 1)
        for _ in 0..<2 {
            let error = await #expect(throws: SSHError.self) {
                try await queue.turns(at: ["a", "a b"], for: "me@b:22", within: Self.long) {
                    () async throws(SSHError) in
                    throw SSHError(.connectFailed, host: "me@b:22", detail: "no")
                }
            }
            #expect(error?.code == .connectFailed)
        }
        #expect(queue.isEmpty)
    }
}
