import Testing
import Wire

@Suite struct CronExpressionTests {
    /// What dstack's scheduler accepts and reads otherwise than it says; refused here, see docs/compatibility.md.
    static let differing: Set<String> = ["* * * jan-mar/2 *", "* * * * mon-3", "* * last5 * *", "* * * * mon-fri/2"]

    @Test func expressions_areAcceptedAndComeAsOfficially() throws {
        let rows = try Fixture.rows("cron.json")
        #expect(rows.count > 80)
        for row in rows {
            let text = try #require(row["cron"]?.text)
            let isAccepted = row["accepted"] == .bool(true) && !Self.differing.contains(text)
            guard let expression = try? CronExpression(text) else {
                #expect(!isAccepted, "'\(text)' was refused")
                continue
            }
            #expect(isAccepted, "'\(text)' was accepted")
            guard case .array(let lists)? = row["next"] else { continue }
            for case .array(let list) in lists {
                var moment = try #require(list[0].text.flatMap(Timestamp.init))
                for expected in list.dropFirst() {
                    let next = expression.next(after: moment)
                    #expect(next?.description == expected.text, "'\(text)' after \(moment)")
                    guard let next else { break }
                    moment = next
                }
            }
        }
    }

    /// Expressions of random parts: what comes next is later, fits, and nothing that fits lies between.
    @Test func next_isTheFirstMinuteLaterThatFits() throws {
        var random = Lehmer(state: 7)
        for _ in 0..<300 {
            let fields = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)].map { range in
                random.field(range.0, range.1)
            }
            let text = fields.map(\.text).joined(separator: " ")
            let expression = try CronExpression(text)
            let start = Timestamp(microseconds: Int64(random.below(4_000_000_000)) * 1_000_000 + 1)
            guard let next = expression.next(after: start) else {
                #expect(!expression.everComes)
                continue
            }
            #expect(next > start && next.microseconds % 60_000_000 == 0)
            #expect(Self.fits(next, fields.map(\.values)), "'\(text)' gave \(next)")
            // Looks at every minute between, as far as that is not too many.
            var minute = start.microseconds / 60_000_000 + 1
            while minute < min(next.microseconds / 60_000_000, start.microseconds / 60_000_000 + 3000) {
                #expect(!Self.fits(Timestamp(microseconds: minute * 60_000_000), fields.map(\.values)), "'\(text)'")
                minute += 1
            }
        }
    }

    @Test(arguments: [
        ("* * * *", "'* * * *' has 4 fields; a cron expression has 5: minute, hour, day, month, weekday"),
        ("61 * * * *", "'61' in '61 * * * *' is not a valid minute (0 to 59)"),
        ("0 0 * * 7", "'7' in '0 0 * * 7' is not a valid day of week (0 to 6 from Monday on, or mon to sun)"),
        ("0 0 1,x * *", "'x' in '0 0 1,x * *' is not a valid day of month (1 to 31, or last)"),
    ])
    func mistake_namesThePartAndWhatIsAllowed(_ text: String, _ words: String) {
        #expect(throws: CronMistake.self) { try CronExpression(text) }
        do {
            _ = try CronExpression(text)
        } catch {
            #expect(error.description == words)
        }
    }

    @Test func schedule_takesTheSoonestOfItsExpressions() throws {
        let schedule = Schedule(cron: [try CronExpression("0 8 * * *"), try CronExpression("30 7 * * mon")])
        let monday = try #require(Timestamp("2026-11-30T00:00:00Z"))
        #expect(schedule.next(after: monday)?.description == "2026-11-30T07:30:00Z")
        #expect(schedule.next(after: monday.advanced(by: .seconds(8 * 3600)))?.description == "2026-12-01T08:00:00Z")
    }

    /// Looks at a moment's text, which is made otherwise than the expression's own arithmetic.
    private static func fits(_ moment: Timestamp, _ values: [Set<Int>]) -> Bool {
        let text = Array(moment.description.utf8)
        func number(_ start: Int, _ count: Int) -> Int {
            text[start..<start + count].reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2))
        // Sakamoto's method, Sunday first.
        let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let years = month < 3 ? year - 1 : year
        let weekday = (years + years / 4 - years / 100 + years / 400 + shifts[month - 1] + day) % 7
        let parts = [number(14, 2), number(11, 2), day, month, (weekday + 6) % 7]
        return zip(values, parts).allSatisfy { $0.contains($1) }
    }
}

/// Numbers that are the same in every run.
private struct Lehmer {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 16) % UInt64(bound))
    }

    /// A field as text, and the values that it allows.
    mutating func field(_ low: Int, _ high: Int) -> (text: String, values: Set<Int>) {
        switch below(4) {
        case 0: return ("*", Set(low...high))
        case 1:
            let step = 1 + below(high - low)
            return ("*/\(step)", Set(stride(from: low, through: high, by: step)))
        case 2:
            let first = low + below(high - low)
            let last = first + 1 + below(high - first)
            return ("\(first)-\(last)", Set(first...last))
        default:
            let values = (0...below(3)).map { _ in low + below(high - low + 1) }
            return (values.map(String.init).joined(separator: ","), Set(values))
        }
    }
}
