import Glibc

/// The host's directory of an instance volume.
enum VolumeFolder {
    /// Makes it where it is missing, for every user to write in, as whoever the job runs; what leads there is root's. One
    /// that is there stays as it is.
    static func make(_ path: String) throws(ShimError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        guard errno == ENOENT else { throw .system(call: "stat", subject: path, errno: errno) }
        let parts = path.split(separator: "/")
        var made = ""
        for (index, part) in parts.enumerated() {
            made += "/" + part
            guard mkdir(made, 0o755) == 0 else {
                if errno == EEXIST { continue }
                throw .system(call: "make the directory", subject: made, errno: errno)
            }
            // Whatever this process's umask.
            if chmod(made, index == parts.count - 1 ? 0o777 : 0o755) != 0 {
                throw .system(call: "chmod", subject: made, errno: errno)
            }
        }
    }
}
