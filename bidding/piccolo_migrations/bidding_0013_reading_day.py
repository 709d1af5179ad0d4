"""A reading has its day in a column: what a day's digest covers is found, and held, by it."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0013_reading_day"

# The rows that are there get their day; nothing but this may pass the triggers that refuse change.
SQLITE = (
    "ALTER TABLE reading ADD COLUMN day DATE NOT NULL DEFAULT '1970-01-01'",
    "DROP TRIGGER reading_no_update",
    "UPDATE reading SET day = date(at)",
    "CREATE TRIGGER reading_no_update BEFORE UPDATE ON reading"
    " BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END",
    "DROP INDEX reading_at",
    "CREATE INDEX reading_day ON reading (day, id)",
)
POSTGRES = (
    "ALTER TABLE reading ADD COLUMN day DATE",
    "ALTER TABLE reading DISABLE TRIGGER reading_rows",
    "UPDATE reading SET day = (at AT TIME ZONE 'UTC')::date",
    "ALTER TABLE reading ENABLE ALWAYS TRIGGER reading_rows",
    "ALTER TABLE reading ALTER COLUMN day SET NOT NULL",
    "DROP INDEX reading_at",
    "CREATE INDEX reading_day ON reading (day, id)",
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    return SqlMigration(ID, "bidding", __doc__ or "", {"sqlite": SQLITE, "postgres": POSTGRES})
