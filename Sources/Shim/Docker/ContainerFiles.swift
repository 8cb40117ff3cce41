import FoundationEssentials
import Glibc

/// The records of tasks in containers: `containers/ID.json` in the shim's directory.
struct ContainerFiles: Sendable {
    private let directory: String

    /// Makes the directory where it is missing.
    init(home: String) throws(ShimError) {
        directory = home + "/containers"
        try FileBytes.makeDirectory(directory)
    }

    func write(_ record: ContainerRecord) throws(ShimError) {
        let path = path(record.id)
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

    /// All records in order, and for each that cannot be read its id with what is wrong.
    func readAll() -> (records: [ContainerRecord], unreadable: [(id: String, error: ShimError)]) {
        var records: [ContainerRecord] = []
        var unreadable: [(id: String, error: ShimError)] = []
        for name in FileBytes.names(in: directory).sorted() where name.hasSuffix(".json") {
            let id = String(name.dropLast(5))
            do {
                let bytes = try FileBytes.contents(of: path(id), limit: 1 << 20)
                records.append(try JSONDecoder().decode(ContainerRecord.self, from: Data(bytes)))
            } catch let error as ShimError {
                unreadable.append((id, error))
            } catch {
                unreadable.append((id, .badRecord(path: path(id), reason: "\(error)")))
            }
        }
        return (records, unreadable)
    }

    private func path(_ id: String) -> String { "\(directory)/\(id).json" }
}
