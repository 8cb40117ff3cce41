import GRDB

/// Which key seals everything in the database, so that a start with the same key has nothing to look for.
enum KeyringSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("keyring-1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE sealing_key (
                        only INTEGER PRIMARY KEY CHECK (only = 1), fingerprint TEXT NOT NULL
                    );
                    """)
        }
    }
}
