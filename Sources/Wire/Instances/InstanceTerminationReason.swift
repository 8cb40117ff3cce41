/// InstanceTerminationReason
public enum InstanceTerminationReason: String, Codable, Sendable, CaseIterable {
    case terminatedByUser = "terminated_by_user"
    case idleTimeout = "idle_timeout"
    case provisioningTimeout = "provisioning_timeout"
    case error
    case jobFinished = "job_finished"
    case unreachable
    case noOffers = "no_offers"
    case masterFailed = "master_failed"
    case maxInstancesLimit = "max_instances_limit"
    case fleetSpecMismatch = "fleet_spec_mismatch"
    case noBalance = "no_balance"
}
