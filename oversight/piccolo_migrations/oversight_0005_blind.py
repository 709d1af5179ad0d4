"""What must stay uncounted: openings, receipts that wait, and what blind entries are made of."""

from oversight.database_migrations import (
    SqlMigration,
    append_only,
    refuse_postgres,
    refuse_sqlite,
)

ID = "oversight_0005_blind"

TABLES = (
    "CREATE TABLE uncounted (id VARCHAR(36) PRIMARY KEY NOT NULL, what VARCHAR(100) NOT NULL,"
    " opened_at TIMESTAMPTZ NOT NULL, opened_act VARCHAR(36) NOT NULL, closed_act VARCHAR(36))",
    "CREATE INDEX uncounted_open ON uncounted (opened_at) WHERE closed_act IS NULL",
    "CREATE TABLE blind_receipt (id {serial}, leaf {bytes} NOT NULL,"
    " received_at TIMESTAMPTZ NOT NULL, due BIGINT, position INTEGER)",
    "CREATE INDEX blind_receipt_waits ON blind_receipt (id) WHERE due IS NULL",
    "CREATE INDEX blind_receipt_leaf ON blind_receipt (leaf)",
    "CREATE TABLE blind_entry (due BIGINT PRIMARY KEY NOT NULL, act VARCHAR(36) UNIQUE NOT NULL,"
    " seed {bytes} NOT NULL, receipts {bytes} NOT NULL)",
)
WORDS = {
    "sqlite": {"bytes": "BLOB", "serial": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"},
    "postgres": {"bytes": "BYTEA", "serial": "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY"},
}
CLOSED = (
    "NEW.id = OLD.id AND NEW.what = OLD.what AND NEW.opened_at = OLD.opened_at"
    " AND NEW.opened_act = OLD.opened_act"
    " AND OLD.closed_act IS NULL AND NEW.closed_act IS NOT NULL"
)
PLACED = (
    "NEW.id = OLD.id AND NEW.leaf = OLD.leaf AND NEW.received_at = OLD.received_at"
    " AND OLD.due IS NULL AND NEW.due IS NOT NULL AND NEW.position IS NOT NULL"
)
REFUSALS = (
    ("uncounted", "UPDATE", CLOSED),
    ("uncounted", "DELETE", ""),
    ("blind_receipt", "UPDATE", PLACED),
    ("blind_receipt", "DELETE", ""),
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(["blind_entry"])
    statements = {
        dialect: [*(table.format(**words) for table in TABLES), *kept[dialect]]
        for dialect, words in WORDS.items()
    }
    statements["sqlite"] += [refuse_sqlite(*refusal) for refusal in REFUSALS]
    for refusal in (*REFUSALS, ("uncounted", "TRUNCATE"), ("blind_receipt", "TRUNCATE")):
        statements["postgres"] += refuse_postgres(*refusal)
    return SqlMigration(ID, "oversight", __doc__ or "", statements)
