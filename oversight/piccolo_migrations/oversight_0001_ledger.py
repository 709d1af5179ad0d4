"""The log and the answered requests, with the triggers that keep the log append-only."""

from oversight.database_migrations import SqlMigration, refuse_postgres, refuse_sqlite

ID = "oversight_0001_ledger"

ENTRY_COLUMNS = """
    act VARCHAR(36) NOT NULL, n BIGINT NOT NULL, kind VARCHAR(100) NOT NULL,
    subject VARCHAR(100) NOT NULL, body {bytes} NOT NULL, leaf {bytes} NOT NULL
"""
TABLES = (
    "CREATE TABLE pending (id {serial}," + ENTRY_COLUMNS + ")",
    "CREATE TABLE act_key (act VARCHAR(36) NOT NULL, n BIGINT NOT NULL,"
    " PRIMARY KEY (act, n)) {rowless}",
    'CREATE TABLE entry ("index" BIGINT PRIMARY KEY NOT NULL,'
    + ENTRY_COLUMNS
    + ", UNIQUE (act, n))",
    'CREATE INDEX entry_subject ON entry (subject, "index")',
    'CREATE INDEX entry_kind ON entry (kind, "index")',
    'CREATE TABLE node (level INTEGER NOT NULL, "index" BIGINT NOT NULL, data {bytes} NOT NULL,'
    ' PRIMARY KEY (level, "index"), CHECK (length(data) BETWEEN 32 AND 8192))',
    "CREATE TABLE head (id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1), size BIGINT NOT NULL,"
    " edge {bytes} NOT NULL, root {bytes} NOT NULL)",
    "INSERT INTO head (id, size, edge, root) VALUES (1, 0, {empty}, {empty_root})",
    "CREATE TABLE checkpoint (size BIGINT PRIMARY KEY NOT NULL, root {bytes} NOT NULL,"
    " note TEXT NOT NULL)",
    "CREATE TABLE payload (act VARCHAR(36) NOT NULL, n BIGINT NOT NULL,"
    " field VARCHAR(60) NOT NULL, salt {bytes}, value {bytes}, erased_at {instant},"
    " PRIMARY KEY (act, n, field))",
    "CREATE TABLE answered_request (actor_key VARCHAR(100) NOT NULL, route VARCHAR(200) NOT NULL,"
    ' "key" VARCHAR(255) NOT NULL, body_digest {bytes} NOT NULL, act VARCHAR(36) NOT NULL,'
    ' answer {bytes} NOT NULL, PRIMARY KEY (actor_key, route, "key"))',
)
EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
WORDS = {
    "sqlite": {
        "bytes": "BLOB",
        "serial": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        "instant": "TIMESTAMPTZ",
        "rowless": "WITHOUT ROWID",
        "empty": "X''",
        "empty_root": f"X'{EMPTY_ROOT}'",
    },
    "postgres": {
        "bytes": "BYTEA",
        "serial": "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
        "instant": "TIMESTAMPTZ",
        "rowless": "",
        "empty": "'\\x'",
        "empty_root": f"'\\x{EMPTY_ROOT}'",
    },
}

APPEND_ONLY = ("entry", "act_key", "checkpoint")
ERASED = (
    "NEW.act = OLD.act AND NEW.n = OLD.n AND NEW.field = OLD.field AND OLD.erased_at IS NULL"
    " AND NEW.salt IS NULL AND NEW.value IS NULL AND NEW.erased_at IS NOT NULL"
)
GROWN = (
    'NEW.level = OLD.level AND NEW."index" = OLD."index"'
    " AND length(NEW.data) > length(OLD.data)"
    " AND substr(NEW.data, 1, length(OLD.data)) = OLD.data"
)


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSALS = [
    *((table, event, "") for table in APPEND_ONLY for event in ("UPDATE", "DELETE")),
    ("payload", "UPDATE", ERASED),
    ("payload", "DELETE", ""),
    ("node", "UPDATE", GROWN),
    ("node", "DELETE", ""),
    ("head", "DELETE", ""),
]
TRUNCATIONS = (*APPEND_ONLY, "payload", "node", "head")


async def forwards() -> SqlMigration:
    """Return the migration."""
    sqlite = [statement.format(**WORDS["sqlite"]) for statement in TABLES]
    sqlite += [refuse_sqlite(*refusal) for refusal in REFUSALS]
    postgres = [statement.format(**WORDS["postgres"]) for statement in TABLES]
    postgres.append(REFUSE_CHANGE)
    for refusal in REFUSALS:
        postgres += refuse_postgres(*refusal)
    for table in TRUNCATIONS:
        postgres += refuse_postgres(table, "TRUNCATE")
    return SqlMigration(ID, "oversight", __doc__ or "", {"sqlite": sqlite, "postgres": postgres})
