"""Experts whom a purchaser appoints."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0025_appointment"


def _statements(binary: str) -> tuple[str, ...]:
    return (
        "CREATE TABLE appointment ("
        " id VARCHAR(36) PRIMARY KEY NOT NULL,"
        " committee VARCHAR(36) NOT NULL,"
        " ground VARCHAR(32) NOT NULL,"
        " draw VARCHAR(36) NOT NULL,"
        " seats INTEGER NOT NULL,"
        f" terms {binary} NOT NULL,"
        " party VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " state VARCHAR(16) NOT NULL,"
        " approver VARCHAR(36) NOT NULL,"
        " approver_party VARCHAR(36) NOT NULL,"
        " decided VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " CHECK (seats > 0))",
        "CREATE INDEX appointment_committee ON appointment (committee)",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    statements = {"sqlite": _statements("BLOB"), "postgres": _statements("BYTEA")}
    return SqlMigration(ID, "bidding", __doc__ or "", statements)
