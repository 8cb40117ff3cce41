import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Dstack {
    /// Carries one connection to a port of a job over two descriptors of this process, to its end. Blocks its thread.
    ///
    /// - Parameter run: the run's id.
    /// - Throws: ``CarryError`` where it cannot be opened.
    public func carry(
        port: Int, of run: String, replica: Int, job: Int, input: Int32, output: Int32
    ) throws(CarryError) {
        let target = TunnelTarget(api, project: project, run: run, port: port, replica: replica, job: job)
        for descriptor in [input, output] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
        do {
            let stop = try StopSignal()
            let open = try TunnelOpener(target: target, stop: stop).open()
            var session = TunnelSession(input: input, output: output, open: open, stop: stop)
            _ = session.run()
        } catch let error as TunnelFailure {
            throw CarryError(description: error.words)
        } catch {
            throw CarryError(description: "\(error)")
        }
    }
}

/// A connection to a port of a job could not be opened, in words for the user.
public struct CarryError: Error, Equatable, CustomStringConvertible {
    public let description: String
}
