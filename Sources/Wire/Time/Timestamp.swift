#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A moment of wall-clock time: microseconds since 1970-01-01T00:00:00Z.
///
/// On the wire it is ISO 8601 with microseconds and an offset (`2026-11-24T21:16:55.123456+00:00`), as dstack
/// sends it; what is read may leave out the fraction, and may end in `Z`, an offset or nothing (UTC).
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch; negative before it.
    public var microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// This moment by the machine's wall clock.
    public static var now: Timestamp {
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }

    /// Seconds since the epoch, with their fraction.
    public var seconds: Double { Double(microseconds) / 1_000_000 }

    /// Milliseconds since the epoch, rounded down.
    public var milliseconds: Int64 { microseconds / 1_000 }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment `duration` later (or earlier, where it is negative).
    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(microseconds: microseconds + duration.microseconds)
    }

    /// The time from `earlier` to this moment.
    public func since(_ earlier: Timestamp) -> Duration {
        .microseconds(microseconds - earlier.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, rounded toward zero.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
