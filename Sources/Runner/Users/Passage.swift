import Glibc

/// Whether a user can reach a directory: every directory above it has to let the user pass.
enum Passage {
    /// The uppermost directory above `path` that does not let the user pass, nil where all do.
    static func obstacle(above path: String, for user: JobUser) -> String? {
        if user.uid == 0 { return nil }
        var folder = ""
        for name in path.split(separator: "/") {
            let above = folder.isEmpty ? "/" : folder
            var status = stat()
            if stat(above, &status) == 0, !lets(user, pass: status) { return above }
            folder += "/" + name
        }
        return nil
    }

    private static func lets(_ user: JobUser, pass status: stat) -> Bool {
        let bit: mode_t =
            if status.st_uid == user.uid {
                S_IXUSR
            } else if user.groups.contains(status.st_gid) {
                S_IXGRP
            } else {
                S_IXOTH
            }
        return status.st_mode & bit != 0
    }
}
