import Foundation
import Testing
import Wire

@testable import CLI

/// Our tables and plans beside what the official client printed for the same answers of the server.
@Suite struct GoldenTests {
    /// One recorded call of the official client.
    struct Recording {
        let lines: [String]
        private let exchanges: [JSONValue]

        init(_ name: String) throws {
            let value = try GoldenTests.json(name)
            guard case .string(let text)? = value["stdout"], case .array(let exchanges)? = value["exchanges"] else {
                throw CommandError("\(name) is no recording")
            }
            // The official client fills its lines up with blanks.
            lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                String(line.reversed().drop { $0 == " " }.reversed())
            }
            self.exchanges = exchanges
        }

        /// The last answer to a path.
        func answer<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
            let exchange = exchanges.last { exchange in
                guard case .string(let text)? = exchange["request"]?["path"] else {
                    return false
                }
                return text.hasSuffix(path)
            }
            let body = try #require(exchange?["response"]?["body"])
            return try WireJSON.decode(from: body, unknownFields: .ignored)
        }

        /// The recorded lines from the first that begins with `start`, as many as ours.
        func part(from start: String, count: Int) -> [String] {
            let first = lines.firstIndex { $0.hasPrefix(start) } ?? lines.count
            return Array(lines[first...].prefix(count))
        }
    }

    /// A file of Fixtures/official.
    static func json(_ name: String) throws -> JSONValue {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("Fixtures/official/\(name).json"))
        return try WireJSON.decode(JSONValue.self, from: data, unknownFields: .ignored)
    }

    static func text(_ table: Table) -> [String] {
        table.lines(width: 120).map(\.plain)
    }

    @Test(arguments: [
        ("cli-ps", false), ("cli-ps-all", false), ("cli-ps-verbose", true), ("run-good-ps", false),
        ("run-longer-aborted-ps", false),
    ])
    func ps(recording name: String, verbose: Bool) throws {
        let recording = try Recording(name)
        let runs: [Wire.Run] = try recording.answer("/runs/list")
        // The age of a run depends on when it was asked for: that column is looked at elsewhere.
        let now = try #require(runs.map(\.submittedAt).max())
        let ours = Self.text(RunsTable.make(runs, verbose: verbose, now: now))
        let theirs = recording.part(from: " NAME", count: ours.count)
        #expect(ours.map(Self.withoutAge) == theirs.map(Self.withoutAge))
    }

    @Test(arguments: [("cli-fleet", false), ("cli-fleet-verbose", true), ("cli-fleet-empty", false)])
    func fleets(recording name: String, verbose: Bool) throws {
        let recording = try Recording(name)
        let fleets: [Fleet] = try recording.answer("/fleets/list")
        let now = fleets.flatMap { [$0.createdAt] + $0.instances.map(\.created) }.max() ?? Timestamp(microseconds: 0)
        let ours = Self.text(FleetsTable.make(fleets, project: "main", verbose: verbose, now: now))
        #expect(ours == recording.part(from: " NAME", count: ours.count))
    }

    @Test(arguments: ["cli-apply-no-fleet", "cli-apply-waiting", "cli-apply-declined", "run-plan-declined"])
    func plan(recording name: String) throws {
        let recording = try Recording(name)
        let plan: RunPlan = try recording.answer("/runs/get_plan")
        let job = try #require(plan.jobPlans.first)
        let ours = Self.text(PropertiesTable.make(RunPlanText.properties(of: plan, job, verbose: false)))
        #expect(ours == recording.part(from: " Project", count: ours.count))
    }

    @Test(arguments: ["run-plan-declined", "run-offer"])
    func offers(recording name: String) throws {
        let recording = try Recording(name)
        let plan: RunPlan = try recording.answer("/runs/get_plan")
        let job = try #require(plan.jobPlans.first)
        let ours = Self.text(OffersTable.make(job.offers, total: job.totalOffers, dimsFurther: true))
        #expect(ours == recording.part(from: " #", count: ours.count))
    }

    @Test func events() throws {
        let recording = try Recording("cli-event")
        let events: [Event] = try recording.answer("/events/list")
        let ours = events.reversed().map { EventLine.make($0, project: "main").plain }
        // The time of day depends on the machine's time zone.
        #expect(ours.map { $0.dropFirst(22) } == recording.lines.prefix(ours.count).map { $0.dropFirst(22) })
    }

    /// A line with its words, the age and the width of its column left out.
    private static func withoutAge(_ line: String) -> [String] {
        line.replacing("now", with: "").replacing(/\d+ (sec|min|mins) ago/, with: "")
            .split(separator: "  ", omittingEmptySubsequences: true).map { $0.filter { $0 != " " } }
    }
}
