import AgentServer
import Glibc
import NIOCore
import NIOHTTP1

extension RunnerAPI {
    /// `POST /api/upload_code`: the code of the run's repository, as it is.
    func uploadCode(_ request: Request) async throws -> Response {
        let _: Void = try await answer { .beginUpload($0) }
        let file = try await upload(to: tempDirectory + "/code")
        do {
            while let piece = try await request.body.next() { try await write(piece, to: file) }
            try await finish(file)
        } catch {
            await discard(file)
            throw error
        }
        mailbox.post(.codeUploaded(path: file.path))
        return .ok
    }

    /// `POST /api/upload_archive`: a form with one file `archive`, whose name is the archive's id.
    func uploadArchive(_ request: Request) async throws -> Response {
        let _: Void = try await answer { .beginUpload($0) }
        var form = try MultipartReader(contentType: request.headers.first(name: "content-type"))
        var file: UploadFile?
        do {
            while let piece = try await request.body.next() {
                for event in try form.take(piece) {
                    switch event {
                    case .part(let name, let fileName):
                        file = try await upload(to: try archivePath(name, fileName, isFirst: file == nil))
                    case .bytes(let bytes):
                        if let file { try await write(bytes, to: file) }
                    }
                }
            }
            try form.finish()
            guard let file else { throw HTTPFailure(.badRequest, "the form is empty; a file 'archive' is expected") }
            try await finish(file)
        } catch {
            if let file { await discard(file) }
            throw error
        }
        return .ok
    }

    private func archivePath(_ name: String, _ fileName: String?, isFirst: Bool) throws(HTTPFailure) -> String {
        guard isFirst, name == "archive" else {
            throw HTTPFailure(.badRequest, "unexpected field '\(name)'; one file 'archive' is expected")
        }
        // The id becomes a file's name.
        guard let id = fileName, (1...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isAlphanumeric })
        else { throw HTTPFailure(.badRequest, "the archive's file name '\(fileName ?? "")' is not an archive's id") }
        return archiveDirectory + "/" + id
    }

    /// A file that takes its place only when it is whole. Until then it has a name of its own: where a connection breaks, the
    /// same comes again before the runner hears of the first one's end.
    private struct UploadFile: Sendable {
        let descriptor: Int32
        let path: String
        let partialPath: String
    }

    private func upload(to path: String) async throws -> UploadFile {
        try await worker.run {
            try Folder.make(JobPath.split(path).parent, .init(uid: 0, gid: 0, applies: false), mode: 0o700)
            let partialPath = "\(path).part-\(UInt64.random(in: 0 ... .max))"
            let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError("create '\(partialPath)'") }
            return UploadFile(descriptor: descriptor, path: path, partialPath: partialPath)
        }
    }

    private func write(_ bytes: ByteBuffer, to file: UploadFile) async throws {
        try await worker.run {
            var rest = bytes
            while rest.readableBytes > 0 {
                let count = rest.readWithUnsafeReadableBytes { space in
                    max(0, Glibc.write(file.descriptor, space.baseAddress, space.count))
                }
                guard count > 0 else { throw SystemError("write '\(file.partialPath)'") }
            }
        }
    }

    private func finish(_ file: UploadFile) async throws {
        try await worker.run {
            guard rename(file.partialPath, file.path) == 0 else { throw SystemError("rename '\(file.partialPath)'") }
            // Where it throws, `discard` does it.
            close(file.descriptor)
        }
    }

    private func discard(_ file: UploadFile) async {
        do {
            try await worker.run {
                close(file.descriptor)
                unlink(file.partialPath)
            }
        } catch {
            // The pool has ended, and with it the runner.
        }
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
