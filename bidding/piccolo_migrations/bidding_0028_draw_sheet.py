"""Printed records of draws."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0028_draw_sheet"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE draw_sheet ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " whole BOOLEAN NOT NULL,"
        " digest VARCHAR(64) NOT NULL,"
        f" file {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("draw_sheet",))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
