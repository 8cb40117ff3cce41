import CCurl

/// One easy handle, set up for one transfer. Lives on libcurl's thread.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    private let transfer: CurlTransfer
    private var list: UnsafeMutablePointer<curl_slist>?
    private var head = CurlHeadParser()
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Sets up libcurl for the transfer's request.
    init(_ transfer: CurlTransfer) throws(HTTPError) {
        guard let easy = curl_easy_init() else {
            throw HTTPError(.badRequest, detail: "libcurl cannot be initialized")
        }
        self.easy = easy
        self.transfer = transfer
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        do {
            try setUp(transfer.request)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        errorText.deallocate()
    }

    /// Frees libcurl's part. The handle must be off the multi handle, and is not used afterwards.
    func close() {
        curl_easy_cleanup(easy)
        curl_slist_free_all(list)
        list = nil
    }

    /// The error of a finished transfer, or `nil` for success.
    func error(for result: CURLcode) -> HTTPError? {
        guard let code = CurlResult.errorCode(result) else {
            return nil
        }
        let own = String(cString: errorText)
        return HTTPError(code, detail: own.isEmpty ? String(cString: curl_easy_strerror(result)) : own)
    }

    private func setUp(_ request: HTTPRequest) throws(HTTPError) {
        dstack_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        try check(dstack_curl_set_string(easy, CURLOPT_URL, request.url), "URL")
        try check(dstack_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"), "protocols")
        dstack_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        dstack_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        dstack_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        dstack_curl_set_long(easy, CURLOPT_BUFFERSIZE, 256 * 1024)
        if let path = request.unixSocket {
            try check(dstack_curl_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, path), "unix socket")
        }
        setTimeouts(request)
        try setMethod(request)
        try setHeaders(request)
        setCallbacks()
    }

    private func setTimeouts(_ request: HTTPRequest) {
        dstack_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        if let timeout = request.timeout {
            dstack_curl_set_long(easy, CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds)
        }
        if let idle = request.idleTimeout {
            dstack_curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
            dstack_curl_set_long(easy, CURLOPT_LOW_SPEED_TIME, max(1, (idle.wholeMilliseconds + 999) / 1000))
        }
    }

    private func setMethod(_ request: HTTPRequest) throws(HTTPError) {
        if let body = request.body {
            dstack_curl_set_long(easy, CURLOPT_POST, 1)
            dstack_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count))
            // libcurl copies the body: the array need not outlive this call.
            let code = body.withUnsafeBytes { bytes in
                dstack_curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
            try check(code, "body")
        } else if request.method == "HEAD" {
            dstack_curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if request.method != "GET" {
            dstack_curl_set_long(easy, CURLOPT_POST, 1)
            dstack_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, 0)
            dstack_curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
        }
        if request.method != "HEAD" {
            try check(dstack_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method), "method")
        }
    }

    private func setHeaders(_ request: HTTPRequest) throws(HTTPError) {
        // An empty `Expect` keeps libcurl from waiting for a 100 before it sends a body.
        var lines = ["Expect:"]
        for field in request.headers.fields {
            guard !(field.name + field.value).utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
                throw HTTPError(.badRequest, detail: "a line break in header field \(field.name)")
            }
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                throw HTTPError(.badRequest, detail: "out of memory")
            }
            list = longer
        }
        try check(dstack_curl_set_list(easy, CURLOPT_HTTPHEADER, list), "header fields")
    }

    private func setCallbacks() {
        // The loop keeps this object until the easy handle is gone, so the pointer cannot dangle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        dstack_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else {
                return 0
            }
            let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            if let head = handle.head.take(line) {
                handle.transfer.headArrived(head)
            }
            return size * count
        }
        dstack_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        dstack_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context, size * count > 0 else {
                return 0
            }
            let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            let piece = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
            return handle.transfer.dataArrived(piece) ? size * count : Int(CURL_WRITEFUNC_PAUSE)
        }
        dstack_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    }

    private func check(_ code: CURLcode, _ what: String) throws(HTTPError) {
        if code != CURLE_OK {
            throw HTTPError(.badRequest, detail: "\(what): \(String(cString: curl_easy_strerror(code)))")
        }
    }
}

extension Duration {
    /// The duration in milliseconds, rounded down.
    var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
