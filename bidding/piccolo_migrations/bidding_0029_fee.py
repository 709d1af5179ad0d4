"""What experts are owed."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0029_fee"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE fee_statement ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        f" statement {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("fee_statement",))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
