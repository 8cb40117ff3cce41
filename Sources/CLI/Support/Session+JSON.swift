import Wire

extension Session {
    /// Prints a value as the API's JSON, in one line or indented.
    func printJSON(_ value: some Encodable, indented: Bool = false) async throws {
        let bytes = try WireJSON.encode(value)
        await output.write(raw: (indented ? IndentedJSON.make(bytes) : bytes) + [UInt8(ascii: "\n")])
    }
}
