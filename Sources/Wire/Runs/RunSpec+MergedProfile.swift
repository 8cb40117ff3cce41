extension RunSpec {
    /// The profile's parameters with those over them that stand in the configuration itself.
    public var mergedProfile: ProfileParams {
        var merged = profile?.params ?? ProfileParams()
        let own = configuration.profile
        func override<T>(_ path: WritableKeyPath<ProfileParams, T?>) {
            if let value = own[keyPath: path] { merged[keyPath: path] = value }
        }
        override(\.backends)
        override(\.regions)
        override(\.availabilityZones)
        override(\.instanceTypes)
        override(\.reservation)
        override(\.spotPolicy)
        override(\.retry)
        override(\.maxDuration)
        override(\.stopDuration)
        override(\.maxPrice)
        override(\.creationPolicy)
        override(\.idleDuration)
        override(\.utilizationPolicy)
        override(\.startupOrder)
        override(\.stopCriteria)
        override(\.schedule)
        override(\.fleets)
        override(\.instances)
        override(\.tags)
        override(\.backendOptions)
        if merged.creationPolicy == nil { merged.creationPolicy = .reuseOrCreate }
        return merged
    }
}
