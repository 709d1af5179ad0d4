"""Draws: steps, contributors, what a seal fixed, results, lines, closings, openings."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0011_draw"


def statements(blob: str, instant: str) -> tuple[str, ...]:
    """Return the schema with the dialect's words for bytes and for an instant."""
    return (
        "CREATE TABLE draw ("
        " id VARCHAR(36) PRIMARY KEY NOT NULL,"
        " subject VARCHAR(36) NOT NULL,"
        " purpose VARCHAR(64) NOT NULL,"
        " attempt INTEGER NOT NULL CHECK (attempt >= 1),"
        " parent VARCHAR(36) NOT NULL,"
        " rulebook VARCHAR(40) NOT NULL,"
        " party VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " state VARCHAR(32) NOT NULL,"
        " strata TEXT NOT NULL,"
        " caps TEXT NOT NULL,"
        f" conditions {blob} NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (subject, purpose, parent, attempt))",
        "CREATE TABLE draw_step ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL,"
        " word VARCHAR(32) NOT NULL,"
        " ordinal INTEGER NOT NULL,"
        f" at {instant} NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, number))",
        "CREATE TABLE draw_contributor ("
        " id VARCHAR(80) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " place INTEGER NOT NULL,"
        " party VARCHAR(36) NOT NULL,"
        " key VARCHAR(44) NOT NULL,"
        " commitment VARCHAR(64) NOT NULL,"
        " nonce VARCHAR(64) NOT NULL,"
        " signature VARCHAR(88) NOT NULL,"
        " UNIQUE (draw, party))",
        "CREATE TABLE draw_request ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        f" request {blob} NOT NULL,"
        " digest VARCHAR(64) NOT NULL UNIQUE,"
        f" reveal_by {instant} NOT NULL,"
        f" secret {blob} NOT NULL,"
        f" excluded {blob} NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE TABLE sealed_block ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " stratum INTEGER NOT NULL,"
        " block INTEGER NOT NULL,"
        " size INTEGER NOT NULL,"
        f" commitments {blob} NOT NULL,"
        f" people {blob} NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, stratum, block))",
        "CREATE TABLE draw_result ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        " alpha VARCHAR(64) NOT NULL,"
        " pi VARCHAR(160) NOT NULL,"
        " beta VARCHAR(128) NOT NULL,"
        " walk VARCHAR(64) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE TABLE draw_line ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
        " number INTEGER NOT NULL,"
        " stratum INTEGER NOT NULL,"
        " position INTEGER NOT NULL,"
        " commitment VARCHAR(64) NOT NULL,"
        " outcomes TEXT NOT NULL,"
        " inclusion TEXT NOT NULL,"
        " UNIQUE (draw, number),"
        " UNIQUE (draw, stratum, position))",
        "CREATE TABLE draw_closing ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        " state VARCHAR(32) NOT NULL,"
        " reason VARCHAR(64) NOT NULL,"
        " statement VARCHAR(64) NOT NULL,"
        f" text {blob} NOT NULL,"
        " signature VARCHAR(88) NOT NULL,"
        " party VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE TABLE draw_opening ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        f" openings {blob} NOT NULL,"
        " digest VARCHAR(64) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE TABLE auditor_file_release ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        " party VARCHAR(36) NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " approver VARCHAR(36) NOT NULL,"
        " approver_party VARCHAR(36) NOT NULL,"
        " approval VARCHAR(36) NOT NULL)",
    )


async def forwards() -> SqlMigration:
    return SqlMigration(
        ID,
        "bidding",
        "draws",
        {
            "sqlite": statements("BLOB", "TIMESTAMPTZ"),
            "postgres": statements("BYTEA", "TIMESTAMPTZ"),
        },
    )
