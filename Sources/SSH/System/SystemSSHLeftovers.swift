import Foundation
import Glibc

/// The folders of `SystemSSH` and what is left of them where a process was killed: keys, and an `ssh` that goes on.
///
/// Whoever uses a folder holds a lock of it, which goes with the process.
public enum SystemSSHLeftovers {
    private static let prefix = "dstack-ssh-"

    /// A unix socket's path is short, so the folder's has to be, too.
    static var parent: String {
        NSTemporaryDirectory().utf8.count <= 40 ? NSTemporaryDirectory() : "/tmp/"
    }

    /// A new folder, the caller's alone, and its lock.
    static func makeFolder() throws(Errno) -> (String, FolderLock) {
        for _ in 0..<8 {
            // The system puts a name that nobody has in the place of the six letters.
            var template = Array((parent + prefix + "XXXXXX").utf8CString)
            guard mkdtemp(&template) != nil else { throw Errno(errno) }
            let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // 1. The folder is made. 2. Another process sweeps, sees no lock, and removes it. 3. It is locked: too late.
            if let lock = FolderLock(folder) { return (folder, lock) }
            rmdir(folder)
        }
        throw Errno(ENOLCK)
    }

    /// Removes the folders whose processes are no more, and ends the `ssh` that one left. For the start of a program.
    public static func sweep() async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let folder = parent + name
            guard let lock = FolderLock(folder) else { continue }
            if access(folder + "/control", F_OK) == 0 { await end(folder) }
            // What cannot be removed now may be at the next start.
            try? FileManager.default.removeItem(atPath: folder)
            withExtendedLifetime(lock) {}
        }
    }

    /// Tells an `ssh` that holds a connection to let go of it. One that does not answer is left.
    private static func end(_ folder: String) async {
        // Where it cannot be started there is none that could have gone on either.
        guard
            let program = try? Program.start(
                [
                    "/usr/bin/ssh", "-F", folder + "/config", "-o", "ControlPath=\(folder)/control", "-O", "exit",
                    SystemSSHFiles.target,
                ])
        else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await program.endingOrStop() }
            group.addTask { try? await Task.sleep(for: .seconds(5)) }
            await group.next()
            group.cancelAll()
        }
    }
}
