import GRDB

/// The tables of users, projects and what belongs to them. A shipped migration is never edited.
enum AccountsSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("accounts-1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE users (
                        id TEXT PRIMARY KEY, name TEXT NOT NULL, original_name TEXT NOT NULL,
                        created_at INTEGER NOT NULL, global_role TEXT NOT NULL, email TEXT,
                        is_active INTEGER NOT NULL, is_deleted INTEGER NOT NULL, token BLOB NOT NULL,
                        token_hash TEXT NOT NULL, private_key BLOB NOT NULL, public_key TEXT NOT NULL
                    ) WITHOUT ROWID;
                    CREATE UNIQUE INDEX users_by_name ON users(lower(name)) WHERE is_deleted = 0;
                    CREATE UNIQUE INDEX users_by_token ON users(token_hash) WHERE is_deleted = 0;
                    CREATE INDEX users_by_time ON users(created_at, id);

                    CREATE TABLE projects (
                        id TEXT PRIMARY KEY, name TEXT NOT NULL, original_name TEXT NOT NULL,
                        owner_id TEXT NOT NULL, created_at INTEGER NOT NULL, is_public INTEGER NOT NULL,
                        is_deleted INTEGER NOT NULL, private_key BLOB NOT NULL, public_key TEXT NOT NULL
                    ) WITHOUT ROWID;
                    CREATE UNIQUE INDEX projects_by_name ON projects(lower(name)) WHERE is_deleted = 0;
                    CREATE INDEX projects_by_time ON projects(created_at, id);

                    CREATE TABLE members (
                        project_id TEXT NOT NULL, user_id TEXT NOT NULL, role TEXT NOT NULL,
                        position INTEGER NOT NULL, PRIMARY KEY (project_id, user_id)
                    ) WITHOUT ROWID;
                    CREATE INDEX members_by_user ON members(user_id);

                    CREATE TABLE repos (
                        project_id TEXT NOT NULL, name TEXT NOT NULL, info BLOB NOT NULL,
                        PRIMARY KEY (project_id, name)
                    ) WITHOUT ROWID;
                    CREATE TABLE repo_creds (
                        project_id TEXT NOT NULL, repo_name TEXT NOT NULL, user_id TEXT NOT NULL,
                        creds BLOB NOT NULL, PRIMARY KEY (project_id, repo_name, user_id)
                    ) WITHOUT ROWID;
                    CREATE TABLE codes (
                        project_id TEXT NOT NULL, repo_name TEXT NOT NULL, hash TEXT NOT NULL, blob BLOB NOT NULL,
                        PRIMARY KEY (project_id, repo_name, hash)
                    );
                    CREATE TABLE file_archives (
                        id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, hash TEXT NOT NULL,
                        UNIQUE (user_id, hash)
                    );

                    CREATE TABLE secrets (
                        id TEXT NOT NULL, project_id TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
                        PRIMARY KEY (project_id, name)
                    ) WITHOUT ROWID;
                    """)
        }
    }
}
