"""The day of an evaluation: suspensions, recordings, heads, the end."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0024_ceremony"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE draw_suspension ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " cause VARCHAR(16) NOT NULL,"
        f" account {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " suspended_at TIMESTAMPTZ NOT NULL,"
        " side VARCHAR(10) NOT NULL,"
        " agreed_by VARCHAR(36) NOT NULL,"
        " agreement VARCHAR(36) NOT NULL,"
        " form VARCHAR(64) NOT NULL,"
        " resumed_by VARCHAR(36) NOT NULL,"
        " resumed_at TIMESTAMPTZ,"
        " resumption VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
        "CREATE UNIQUE INDEX draw_suspension_standing ON draw_suspension (draw)"
        " WHERE resumed_at IS NULL",
        "CREATE TABLE ceremony_recording ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " recording VARCHAR(64) NOT NULL,"
        " place VARCHAR(200) NOT NULL,"
        " started_at TIMESTAMPTZ NOT NULL,"
        " ended_at TIMESTAMPTZ NOT NULL,"
        f" statement {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
        "CREATE TABLE committee_head ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " of VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " line INTEGER,"
        " representative VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
        "CREATE TABLE ceremony_conclusion ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        " ended_at TIMESTAMPTZ NOT NULL,"
        f" remarks {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("ceremony_recording", "committee_head", "ceremony_conclusion"))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
