-- Trusted: says who may do what; an attacker with the writer's login can add, and never change.
--
-- Run once by the owner of the ledger, who is nobody's daily login:
--     psql --dbname=LEDGER --file=roles.sql
-- then GRANT aidledger_writer (or aidledger_reader) TO each login. The writer adds and reads; what
-- he may change is the head row, cursors of read models, and the keys of the vault with what lies under
-- them, which erasure destroys. The reader sees the log and never the vault.

DO $$
BEGIN
    CREATE ROLE aidledger_writer NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
    CREATE ROLE aidledger_reader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
END $$;

REVOKE ALL ON SCHEMA aidledger FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA aidledger FROM PUBLIC, aidledger_writer, aidledger_reader;
GRANT USAGE ON SCHEMA aidledger TO aidledger_writer, aidledger_reader;

GRANT SELECT ON
    aidledger.entries, aidledger.nodes, aidledger.head, aidledger.batches, aidledger.checkpoints,
    aidledger.evidence
TO aidledger_reader;

GRANT SELECT, INSERT ON
    aidledger.entries, aidledger.nodes, aidledger.batches, aidledger.checkpoints,
    aidledger.evidence, aidledger.vault, aidledger.erased_keys
TO aidledger_writer;

GRANT SELECT, UPDATE (size, root, frontier, recorded_at) ON aidledger.head TO aidledger_writer;
GRANT DELETE ON aidledger.vault TO aidledger_writer;
GRANT SELECT, INSERT, DELETE ON aidledger.vault_keys TO aidledger_writer;
GRANT SELECT, INSERT, UPDATE ON aidledger.tracking TO aidledger_writer;
GRANT SELECT, INSERT ON aidledger.snapshots TO aidledger_writer;
