import GRDB

/// The engine's tables. A shipped migration is never edited: a change is a new one.
enum EngineSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("engine-1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE runs (
                        id TEXT PRIMARY KEY, project_id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
                        submitted_at INTEGER NOT NULL, priority INTEGER NOT NULL, status TEXT NOT NULL,
                        termination_reason TEXT, last_processed_at INTEGER NOT NULL, fleet_id TEXT,
                        deployment_num INTEGER NOT NULL, next_triggered_at INTEGER, is_deleted INTEGER NOT NULL,
                        spec BLOB NOT NULL, state BLOB NOT NULL, version INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE UNIQUE INDEX runs_by_name ON runs(project_id, name) WHERE is_deleted = 0;
                    CREATE INDEX runs_by_project ON runs(project_id, submitted_at, id);
                    CREATE INDEX runs_by_time ON runs(submitted_at, id);
                    CREATE INDEX runs_unfinished ON runs(submitted_at, id)
                        WHERE status NOT IN ('terminated', 'failed', 'done');

                    CREATE TABLE jobs (
                        id TEXT PRIMARY KEY, run_id TEXT NOT NULL, project_id TEXT NOT NULL, name TEXT NOT NULL,
                        job_num INTEGER NOT NULL, replica_num INTEGER NOT NULL, submission_num INTEGER NOT NULL,
                        deployment_num INTEGER NOT NULL, submitted_at INTEGER NOT NULL, status TEXT NOT NULL,
                        termination_reason TEXT, termination_message TEXT, exit_status INTEGER,
                        last_processed_at INTEGER NOT NULL, finished_at INTEGER, instance_id TEXT,
                        provisioning_data BLOB, runtime_data BLOB, spec BLOB NOT NULL, state BLOB NOT NULL,
                        version INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE UNIQUE INDEX jobs_by_run ON jobs(run_id, replica_num, job_num, submission_num);
                    CREATE INDEX jobs_unfinished ON jobs(submitted_at, id)
                        WHERE status NOT IN ('terminated', 'aborted', 'failed', 'done');

                    CREATE TABLE fleets (
                        id TEXT PRIMARY KEY, project_id TEXT NOT NULL, name TEXT NOT NULL,
                        created_at INTEGER NOT NULL, status TEXT NOT NULL, spec BLOB NOT NULL,
                        is_deleted INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE UNIQUE INDEX fleets_by_name ON fleets(project_id, name) WHERE is_deleted = 0;

                    CREATE TABLE instances (
                        id TEXT PRIMARY KEY, project_id TEXT NOT NULL, fleet_id TEXT NOT NULL, name TEXT NOT NULL,
                        instance_num INTEGER NOT NULL, created_at INTEGER NOT NULL, backend TEXT NOT NULL,
                        region TEXT NOT NULL, price REAL NOT NULL, instance_type BLOB NOT NULL,
                        hostname TEXT NOT NULL, slots INTEGER NOT NULL, status TEXT NOT NULL,
                        is_unreachable INTEGER NOT NULL, termination_reason TEXT, finished_at INTEGER,
                        version INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE INDEX instances_by_fleet ON instances(fleet_id, instance_num);

                    CREATE TABLE claims (
                        job_id TEXT PRIMARY KEY, instance_id TEXT NOT NULL
                    ) WITHOUT ROWID;
                    CREATE INDEX claims_by_instance ON claims(instance_id);

                    CREATE TABLE messages (
                        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                        recipient_id TEXT NOT NULL, body BLOB NOT NULL
                    );
                    CREATE INDEX messages_by_recipient ON messages(recipient_id, position);

                    CREATE TABLE events (
                        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL,
                        recorded_at INTEGER NOT NULL, project_id TEXT NOT NULL, actor_user_id TEXT,
                        run_id TEXT, run_name TEXT, job_id TEXT, job_name TEXT, job_num INTEGER,
                        replica_num INTEGER, submission_num INTEGER, instance_id TEXT, instance_name TEXT,
                        from_status TEXT, to_status TEXT, reason TEXT, attempt INTEGER NOT NULL,
                        message TEXT NOT NULL
                    );
                    CREATE INDEX events_by_run ON events(run_id, seq) WHERE run_id IS NOT NULL;
                    CREATE INDEX events_by_project ON events(project_id, seq);
                    """)
        }
        migrator.registerMigration("engine-2") { db in
            try db.execute(
                sql: """
                    CREATE TABLE job_templates (
                        run_id TEXT NOT NULL, replica_num INTEGER NOT NULL, job_num INTEGER NOT NULL,
                        name TEXT NOT NULL, spec BLOB NOT NULL, state BLOB NOT NULL,
                        PRIMARY KEY (run_id, replica_num, job_num)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("engine-3") { db in
            try db.execute(
                sql: """
                    ALTER TABLE instances ADD COLUMN state BLOB;
                    ALTER TABLE instances ADD COLUMN connection BLOB;
                    ALTER TABLE instances ADD COLUMN internal_ip TEXT;
                    ALTER TABLE instances ADD COLUMN gpu_driver TEXT;
                    ALTER TABLE instances ADD COLUMN health TEXT NOT NULL DEFAULT 'healthy';
                    ALTER TABLE instances ADD COLUMN termination_message TEXT;
                    ALTER TABLE instances ADD COLUMN is_closing INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE instances ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
                    UPDATE instances SET is_deleted = 1 WHERE status = 'terminated';

                    ALTER TABLE claims ADD COLUMN blocks INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE fleets ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

                    CREATE TABLE host_keys (
                        host TEXT NOT NULL, port INTEGER NOT NULL, key TEXT NOT NULL, first_seen_at INTEGER NOT NULL,
                        PRIMARY KEY (host, port)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("engine-4") { db in
            // A host behind a jump host is known by its first key anew: the way to it was not kept.
            try db.execute(
                sql: """
                    ALTER TABLE instances ADD COLUMN route TEXT;
                    CREATE TABLE known_hosts (
                        route TEXT PRIMARY KEY, key TEXT NOT NULL, first_seen_at INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    INSERT OR IGNORE INTO known_hosts
                        SELECT lower(host) || ':' || port, key, first_seen_at FROM host_keys;
                    DROP TABLE host_keys;
                    """)
        }
        migrator.registerMigration("engine-5") { db in
            // An event of no project has an empty `project_id`: the column is NOT NULL.
            try db.execute(
                sql: """
                    ALTER TABLE events ADD COLUMN subject_id TEXT;
                    ALTER TABLE events ADD COLUMN subject_name TEXT;
                    CREATE INDEX events_by_subject ON events(subject_id, seq) WHERE subject_id IS NOT NULL;
                    """)
        }
    }
}
