import CCurl

/// libcurl's result codes in our terms.
enum CurlResult {
    /// The error code for a result, or `nil` for success.
    static func errorCode(_ result: CURLcode) -> HTTPError.Code? {
        switch result {
        case CURLE_OK:
            nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            .nameNotResolved
        case CURLE_COULDNT_CONNECT:
            .connectionFailed
        case CURLE_OPERATION_TIMEDOUT:
            .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .insecure
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_OUT_OF_MEMORY,
            CURLE_FAILED_INIT:
            .badRequest
        case CURLE_ABORTED_BY_CALLBACK:
            .cancelled
        default:
            // What is left ends a connection: lost, empty, partial or malformed answers.
            .connectionLost
        }
    }
}
