"""Readings of protected fields, append-only, and their daily digests."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0005_reading"

SERIALS = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
    "postgres": "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
}
TABLES = (
    "CREATE TABLE reading (id {serial}, expert VARCHAR(36) NOT NULL, party VARCHAR(36) NOT NULL,"
    " person VARCHAR(36) NOT NULL, fields VARCHAR(100) NOT NULL, purpose VARCHAR(200) NOT NULL,"
    " at TIMESTAMPTZ NOT NULL)",
    "CREATE INDEX reading_at ON reading (at)",
    "CREATE TABLE reading_digest (day DATE PRIMARY KEY NOT NULL, readings INTEGER NOT NULL,"
    " sha256 VARCHAR(64) NOT NULL, act VARCHAR(36) NOT NULL)",
)
FROZEN = {
    "sqlite": tuple(
        f"CREATE TRIGGER reading_no_{word.lower()} BEFORE {word} ON reading"
        " BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END"
        for word in ("UPDATE", "DELETE")
    ),
    "postgres": (
        "CREATE FUNCTION refuse_reading_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'reading is append-only' USING ERRCODE = 'restrict_violation';"
        " END $$",
        "CREATE TRIGGER reading_rows BEFORE UPDATE OR DELETE ON reading FOR EACH ROW"
        " EXECUTE FUNCTION refuse_reading_change()",
        "CREATE TRIGGER reading_all BEFORE TRUNCATE ON reading FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_reading_change()",
        "ALTER TABLE reading ENABLE ALWAYS TRIGGER reading_rows",
        "ALTER TABLE reading ENABLE ALWAYS TRIGGER reading_all",
    ),
}


async def forwards() -> SqlMigration:
    """Make the tables; readings are never changed nor deleted."""
    return SqlMigration(
        ID,
        "bidding",
        "readings",
        {
            dialect: (*(statement.format(serial=serial) for statement in TABLES), *FROZEN[dialect])
            for dialect, serial in SERIALS.items()
        },
    )
