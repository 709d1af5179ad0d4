"""Rooms, representatives, cards at the door, and sealed lists."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0023_sign_in"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE venue_plan ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " plan TEXT NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
        "CREATE TABLE representative ("
        " id VARCHAR(36) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        f" sealed_name {blob} NOT NULL,"
        f" id_index {blob} NOT NULL,"
        " letter VARCHAR(64) NOT NULL,"
        " declaration VARCHAR(64) NOT NULL,"
        " state VARCHAR(10) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE UNIQUE INDEX representative_named ON representative (draw, id_index)"
        " WHERE state = 'named'",
        "CREATE TABLE sign_in_visit ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " session VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " line INTEGER,"
        " representative VARCHAR(36) NOT NULL,"
        " site VARCHAR(200) NOT NULL,"
        " room VARCHAR(200) NOT NULL,"
        " method VARCHAR(32) NOT NULL,"
        " reference VARCHAR(64) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " arrived_at TIMESTAMPTZ NOT NULL,"
        " departed_at TIMESTAMPTZ,"
        " clerk_out VARCHAR(36) NOT NULL,"
        " departure VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (session, number))",
        "CREATE UNIQUE INDEX sign_in_visit_inside"
        " ON sign_in_visit (session, draw, COALESCE(line, -1), representative)"
        " WHERE departed_at IS NULL",
        "CREATE TABLE sign_in_turned_away ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " session VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " cause VARCHAR(16) NOT NULL,"
        " party VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " at TIMESTAMPTZ NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (session, number))",
        "CREATE TABLE sealed_list ("
        " id VARCHAR(48) PRIMARY KEY NOT NULL,"
        " session VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " digest VARCHAR(64) NOT NULL,"
        f" members {blob} NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " sealed_at TIMESTAMPTZ NOT NULL,"
        " reason VARCHAR(32) NOT NULL,"
        " opened_by VARCHAR(36) NOT NULL,"
        " opened_at TIMESTAMPTZ,"
        " opening VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (session, number))",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("venue_plan", "sign_in_turned_away"))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
