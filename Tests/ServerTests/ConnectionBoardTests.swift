import Testing
import Wire

@testable import Server

@Suite struct ConnectionBoardTests {
    private let told = Timestamp(microseconds: 1_000_000_000_000)

    @Test func time_goesOnSinceTheRunnerSaidIt() {
        let board = ConnectionBoard()
        board.show(["idle": 5, "used": 0], at: told)
        let later = told.advanced(by: .seconds(7))
        #expect(board.secondsUnconnected(jobID: "idle", at: later) == 12)
        #expect(board.secondsUnconnected(jobID: "idle", at: told.advanced(by: .seconds(-3))) == 5)
        #expect(board.secondsUnconnected(jobID: "used", at: later) == 0)
        #expect(board.secondsUnconnected(jobID: "other", at: later) == nil)
    }

    @Test func jobs_thatSaidNothingInTheLastRound_areForgotten() {
        let board = ConnectionBoard()
        board.show(["ended": 5], at: told)
        board.show([:], at: told)
        #expect(board.secondsUnconnected(jobID: "ended", at: told) == nil)
    }
}
