"""Answers to draws: proposals with their evidence, and what was countersigned."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0020_answer"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE draw_proposal ("
        " id VARCHAR(36) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " line INTEGER NOT NULL CHECK (line >= 0),"
        " outcome VARCHAR(32) NOT NULL,"
        " evidence VARCHAR(64) NOT NULL UNIQUE,"
        f" record {blob} NOT NULL,"
        " cause VARCHAR(8) NOT NULL,"
        " state VARCHAR(16) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE INDEX draw_proposal_draw ON draw_proposal (draw)",
        "CREATE UNIQUE INDEX draw_proposal_waiting ON draw_proposal (draw, line)"
        " WHERE state = 'waiting'",
        "CREATE TABLE draw_answer ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL,"
        " line INTEGER NOT NULL,"
        " outcome VARCHAR(32) NOT NULL,"
        " evidence VARCHAR(64) NOT NULL UNIQUE,"
        " lines INTEGER NOT NULL,"
        " countersigner VARCHAR(36) NOT NULL,"
        " signature VARCHAR(88) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL UNIQUE,"
        " UNIQUE (draw, number),"
        " UNIQUE (draw, line))",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("draw_answer",))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
