"""Lists that orders bring: items with public labels, and suppliers."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0027_purposes"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE draw_list ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " stratum INTEGER NOT NULL CHECK (stratum >= 0),"
        f" entries {blob} NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, stratum))",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("draw_list",))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
