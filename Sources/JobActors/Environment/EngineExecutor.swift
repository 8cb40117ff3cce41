/// Where the engine's actors and their effects run: one value that is both kinds of executor, so that a
/// test can replace it by one that decides every step.
public typealias EngineExecutor = SerialExecutor & TaskExecutor
