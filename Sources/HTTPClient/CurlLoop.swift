import CCurl

/// The running transfers, as libcurl's thread holds them.
struct CurlLoop {
    private struct Running {
        let transfer: CurlTransfer
        let handle: CurlHandle
    }

    private let multi: UnsafeMutableRawPointer
    private var running: [UnsafeMutableRawPointer: Running] = [:]

    /// How long one wait may last, in milliseconds; a command or a socket ends it earlier.
    private static let waitMilliseconds: Int32 = 60_000

    init(multi: UnsafeMutableRawPointer) {
        self.multi = multi
    }

    mutating func start(_ transfer: CurlTransfer) {
        let handle: CurlHandle
        do {
            handle = try CurlHandle(transfer)
        } catch {
            transfer.finished(error)
            return
        }
        running[handle.easy] = Running(transfer: transfer, handle: handle)
        let code = curl_multi_add_handle(multi, handle.easy)
        if code != CURLM_OK {
            running[handle.easy] = nil
            handle.close()
            transfer.finished(HTTPError(.badRequest, detail: String(cString: curl_multi_strerror(code))))
        }
    }

    func resume(_ transfer: CurlTransfer) {
        if let handle = handle(of: transfer) {
            curl_easy_pause(handle.easy, CURLPAUSE_CONT)
        }
    }

    mutating func abort(_ transfer: CurlTransfer) {
        if let handle = handle(of: transfer) {
            end(handle.easy)
        }
    }

    /// Lets libcurl work, reports what ended, and waits for more.
    mutating func turn() {
        var left: Int32 = 0
        curl_multi_perform(multi, &left)
        var waiting: Int32 = 0
        while let message = curl_multi_info_read(multi, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
                continue
            }
            let result = dstack_curl_message_result(message)
            let ended = running[easy]
            let error = ended?.handle.error(for: result)
            end(easy)
            ended?.transfer.finished(error)
        }
        curl_multi_poll(multi, nil, 0, Self.waitMilliseconds, nil)
    }

    /// Ends every transfer and libcurl's state.
    mutating func close() {
        for (easy, item) in running {
            curl_multi_remove_handle(multi, easy)
            item.handle.close()
            item.transfer.finished(HTTPError(.cancelled, detail: "the transport was closed"))
        }
        running = [:]
        curl_multi_cleanup(multi)
    }

    private func handle(of transfer: CurlTransfer) -> CurlHandle? {
        running.values.first { $0.transfer === transfer }?.handle
    }

    private mutating func end(_ easy: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(multi, easy)
        running.removeValue(forKey: easy)?.handle.close()
    }
}
