import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection to an HTTP server on which the caller speaks by itself: names, proxies and TLS are libcurl's.
///
/// It belongs to one thread, which opens it and then sends and receives without waiting, by `descriptor`.
public final class CurlConnection {
    /// What a send or a receive came to.
    public enum Step: Equatable {
        /// This many bytes were moved.
        case moved(Int)
        /// Nothing can be moved now: wait for `descriptor`.
        case waits
        /// The peer has closed.
        case ended
    }

    private let easy: UnsafeMutableRawPointer
    /// To wait on for what is to be read or written.
    public let descriptor: Int32

    /// Connects. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - url: of which scheme, host and port count.
    ///   - unixSocket: the path of a unix socket to connect to in place of the host.
    ///   - time: for connecting, TLS included.
    public init(url: String, unixSocket: String? = nil, within time: Duration = .seconds(10)) throws(HTTPError) {
        guard let easy = curl_easy_init() else {
            throw HTTPError(.badRequest, detail: "libcurl cannot be initialized")
        }
        do {
            descriptor = try Self.connect(easy, url, unixSocket, time)
        } catch {
            curl_easy_cleanup(easy)
            throw error
        }
        self.easy = easy
    }

    deinit {
        curl_easy_cleanup(easy)
    }

    private static func connect(
        _ easy: UnsafeMutableRawPointer, _ url: String, _ unixSocket: String?, _ time: Duration
    ) throws(HTTPError) -> Int32 {
        try check(dstack_curl_set_string(easy, CURLOPT_URL, url))
        try check(dstack_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        dstack_curl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        dstack_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        dstack_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        // What TLS agrees on has to be the protocol that is then spoken.
        dstack_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // A proxy that is asked for by the environment has to pass everything on, also for http.
        dstack_curl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        dstack_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, time.wholeMilliseconds))
        if let unixSocket {
            try check(dstack_curl_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, unixSocket))
        }
        try check(curl_easy_perform(easy))
        var socket: curl_socket_t = -1
        try check(dstack_curl_get_socket(easy, CURLINFO_ACTIVESOCKET, &socket))
        guard socket >= 0 else { throw HTTPError(.connectionLost, detail: "the connection has no socket") }
        return socket
    }

    private static func check(_ code: CURLcode) throws(HTTPError) {
        if let error = CurlResult.errorCode(code) {
            throw HTTPError(error, detail: String(cString: curl_easy_strerror(code)))
        }
    }

    /// Sends what can be sent at once. After `waits` the same bytes have to be offered again.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(HTTPError) -> Step {
        var count = 0
        let code = curl_easy_send(easy, bytes.baseAddress, bytes.count, &count)
        if code == CURLE_AGAIN { return .waits }
        try Self.check(code)
        return .moved(count)
    }

    /// Receives what is there. To be called until it says `waits` before `descriptor` is waited on: bytes that TLS has
    /// taken off the socket already are not seen there.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(HTTPError) -> Step {
        var count = 0
        let code = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
        if code == CURLE_AGAIN { return .waits }
        try Self.check(code)
        return count == 0 ? .ended : .moved(count)
    }

    /// Has the connection reset when it is let go of, in place of ended.
    public func breaksOff() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }
}
