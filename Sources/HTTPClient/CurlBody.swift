/// A transfer's body in its reader's hands: when the reader lets go of it, the transfer ends.
final class CurlBody: HTTPBody.Source {
    private let transfer: CurlTransfer

    init(_ transfer: CurlTransfer) {
        self.transfer = transfer
    }

    deinit {
        transfer.cancel()
    }

    func next() async throws(HTTPError) -> [UInt8]? {
        try await transfer.next()
    }
}
