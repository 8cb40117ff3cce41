import GRDB

/// The tables of users, projects and what belongs to them. A shipped migration is never edited.
enum AccountsSchema {
    static func register(in migrator: inout DatabaseMigrator) {
    }
}
