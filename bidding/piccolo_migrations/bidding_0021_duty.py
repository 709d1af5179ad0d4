"""The duty roster of supervisors."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0021_duty"

STATEMENTS = (
    "CREATE TABLE duty_shift ("
    " id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " party VARCHAR(36) NOT NULL,"
    " person VARCHAR(36) NOT NULL,"
    " deputy VARCHAR(36) NOT NULL,"
    " starts TIMESTAMPTZ NOT NULL,"
    " ends TIMESTAMPTZ NOT NULL,"
    " state VARCHAR(16) NOT NULL,"
    " planner VARCHAR(36) NOT NULL,"
    " act VARCHAR(36) NOT NULL,"
    " CHECK (starts < ends))",
    "CREATE INDEX duty_shift_party ON duty_shift (party, starts)",
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    return SqlMigration(
        ID, "bidding", __doc__ or "", {"sqlite": STATEMENTS, "postgres": STATEMENTS}
    )
