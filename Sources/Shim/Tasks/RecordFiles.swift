import FoundationEssentials
import Glibc

/// Records of tasks, one JSON file each: `ID.json` in a directory. To be used on the loop's thread: the calls block.
struct RecordFiles<Record: Codable & Sendable>: Sendable {
    let directory: String

    /// Makes the directory where it is missing.
    init(directory: String) throws(ShimError) {
        self.directory = directory
        try FileBytes.makeDirectory(directory)
    }

    func path(_ id: String) -> String { "\(directory)/\(id).json" }

    func write(_ record: Record, id: String) throws(ShimError) { try write(record, to: path(id)) }

    /// Writes a record to another place, from where it is to be moved.
    func write(_ record: Record, to path: String) throws(ShimError) {
        do {
            try FileBytes.overwrite(path, with: Array(try JSONEncoder().encode(record)))
        } catch let error as ShimError {
            throw error
        } catch {
            throw .badRecord(path: path, reason: "\(error)")
        }
    }

    /// Deletes a record; none there is no error.
    func remove(_ id: String) throws(ShimError) {
        let path = path(id)
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .system(call: "unlink", subject: path, errno: errno)
        }
    }

    /// All records, and for each that cannot be read its id with what is wrong. Nothing is deleted.
    func readAll() -> (records: [Record], unreadable: [(id: String, error: ShimError)]) {
        var records: [Record] = []
        var unreadable: [(id: String, error: ShimError)] = []
        for name in FileBytes.names(in: directory) where name.hasSuffix(".json") {
            let id = String(name.dropLast(5))
            do {
                records.append(try read(id))
            } catch {
                unreadable.append((id, error))
            }
        }
        return (records, unreadable)
    }

    private func read(_ id: String) throws(ShimError) -> Record {
        let path = path(id)
        let bytes = try FileBytes.contents(of: path, limit: 1 << 20)
        do {
            return try JSONDecoder().decode(Record.self, from: Data(bytes))
        } catch {
            throw .badRecord(path: path, reason: "\(error)")
        }
    }
}
