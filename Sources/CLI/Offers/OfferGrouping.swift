/// The fields that `--group-by` names, in the user's order.
struct OfferGrouping: Equatable {
    enum Field: String, CaseIterable, Encodable {
        case gpu, backend, region, count
    }

    /// Empty where nothing is grouped.
    let fields: [Field]

    struct Failure: Error, Equatable {
        let message: String
    }

    /// - Parameter arguments: each a field or several with commas between.
    init(_ arguments: [String]) throws(Failure) {
        var fields: [Field] = []
        let names = arguments.flatMap { argument in
            argument.split(separator: ",").map { part in String(part.filter { $0 != " " }) }
        }
        for name in names where !name.isEmpty {
            guard let field = Field(rawValue: name) else {
                let known = Field.allCases.map(\.rawValue).sorted().joined(separator: ", ")
                throw Failure(message: "--group-by takes \(known), not '\(name)'")
            }
            if !fields.contains(field) {
                fields.append(field)
            }
        }
        if !fields.isEmpty, !fields.contains(.gpu) {
            throw Failure(
                message: "--group-by \(fields.map(\.rawValue).joined(separator: ",")) needs gpu as well: "
                    + "offers are grouped by GPU first")
        }
        if fields.contains(.region), !fields.contains(.backend) {
            throw Failure(message: "--group-by region needs backend as well: a region is one of a backend's")
        }
        self.fields = fields
    }
}
