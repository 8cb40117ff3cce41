extension ProfileParams {
    /// Checks what the types do not say.
    func validate(_ fields: Fields<CodingKeys>) throws {
        if let maxPrice, maxPrice <= 0 {
            throw fields.invalid(.maxPrice, "a price must be above 0, found \(DecimalText.general(maxPrice))")
        }
        if let instances, instances.isEmpty {
            throw fields.invalid(.instances, "at least one instance is needed; leave it out for any")
        }
        if let backendOptions, backendOptions.count > 1 {
            throw fields.invalid(.backendOptions, "a backend can have one entry only")
        }
    }
}
