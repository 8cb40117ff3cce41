import NIOCore
import Store
import Wire

/// An event as the stream of transitions writes it.
enum TransitionText {
    /// Its lines in the format of server-sent events, with an empty line at the end.
    static func lines(_ event: EventRecord) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeString("id: \(event.seq)\nevent: transition\ndata: ")
        buffer.writeBytes(try WireJSON.encode(json(event)))
        buffer.writeString("\n\n")
        return buffer
    }

    /// A line that clients skip.
    static let heartbeat = ByteBuffer(string: ": \n\n")

    private static func json(_ event: EventRecord) -> JSONValue {
        let draft = event.draft
        // Clients of earlier releases know no other kinds: what else changes is told to them in words.
        let isNote: Bool
        switch draft.kind {
        case .run, .job, .instance: isNote = false
        case .fleet, .secret, .user, .note: isNote = true
        }
        let kind = (isNote ? EventKind.note : draft.kind).rawValue
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        func number(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
        return [
            "seq": .integer(event.seq), "id": .string(draft.id), "recorded_at": .string(draft.recordedAt.description),
            "run_id": text(draft.runID), "run_name": text(draft.runName), "job_name": text(draft.jobName),
            "job_submission_id": text(draft.jobID), "replica_num": number(draft.replicaNum),
            "job_num": number(draft.jobNum), "submission_num": number(draft.submissionNum),
            "kind": .string(kind), "from": text(isNote ? nil : draft.from), "to": text(isNote ? nil : draft.to),
            "reason": text(draft.reason), "message": .string(draft.message),
            "attempt": .integer(Int64(draft.attempt)),
        ]
    }
}
