/// A column whose values the keyring seals.
struct SealedColumn: Sendable {
    let table: String
    let column: String
    /// The table's primary key.
    let key: [String]
    /// An SQL expression that names a row to the user.
    var name = "name"

    /// All of them. A new sealed column needs a row here, or its values do not follow a new key.
    static let all = [
        SealedColumn(table: "users", column: "token", key: ["id"]),
        SealedColumn(table: "users", column: "private_key", key: ["id"]),
        SealedColumn(table: "projects", column: "private_key", key: ["id"]),
        SealedColumn(table: "secrets", column: "value", key: ["project_id", "name"]),
        SealedColumn(
            table: "repo_creds", column: "creds", key: ["project_id", "repo_name", "user_id"], name: "repo_name"),
        SealedColumn(table: "fleets", column: "spec", key: ["id"]),
        SealedColumn(table: "instances", column: "connection", key: ["id"]),
        SealedColumn(table: "runs", column: "spec", key: ["id"]),
        SealedColumn(table: "jobs", column: "spec", key: ["id"]),
        SealedColumn(table: "job_templates", column: "spec", key: ["run_id", "replica_num", "job_num"]),
        SealedColumn(table: "messages", column: "body", key: ["position"], name: "id"),
    ]
}
