import NIOCore

/// The two ends of a tunnel in the runner, on one event loop: the server's side, which speaks frames, and the job's
/// side, which speaks bytes. Each reads only while the other can write.
enum TunnelEnds {
    /// Puts both handlers in place; the tunnel begins to flow with the first flush on the server's side, which is that
    /// of the answer's head.
    ///
    /// - Parameter job: a connection whose pipeline has a `PlainEnd`.
    static func join(_ server: any Channel, to job: any Channel) throws {
        let plain = try job.pipeline.syncOperations.handler(type: PlainEnd.self)
        let framed = FramedEnd()
        try server.syncOptions?.setOption(.autoRead, value: false)
        try server.pipeline.syncOperations.addHandler(framed, position: .first)
        framed.peer = plain
        plain.peer = framed
    }
}
