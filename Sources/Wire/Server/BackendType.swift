/// A provider of instances.
public enum BackendType: String, Codable, Sendable, CaseIterable {
    case amddevcloud
    case aws
    case azure
    case cloudrift
    case crusoe
    case cudo
    case datacrunch
    case daytona
    case digitalocean
    case dstack
    case gcp
    case hotaisle
    case jarvislabs
    case kubernetes
    case lambda
    case lium
    case remote
    case nebius
    case oci
    case runpod
    case seeweb
    case tensordock
    case vastai
    case verda
    case vultr
    case slurm
}
