/// Why the shim does not do what it was asked for.
enum TaskRefusal: Error, Equatable, CustomStringConvertible {
    case invalid(String)
    case unknown(id: String)
    case duplicate(id: String)
    case notTerminated(id: String)
    /// The task's end came before the request for it.
    case ended(id: String)
    /// The machine did not let it.
    case failed(ShimError)

    var description: String {
        switch self {
        case .invalid(let words): words
        case .unknown(let id): "no task '\(id)' here"
        case .duplicate(let id): "task '\(id)' is there already; GET /api/tasks/\(id) tells its state"
        case .notTerminated(let id): "task '\(id)' is not terminated yet; terminate it first"
        case .ended(let id): "task '\(id)' was ended or removed already"
        case .failed(let error): "\(error)"
        }
    }
}
