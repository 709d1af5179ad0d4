"""Files of experts that were imported, and draws that were made elsewhere."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0004_intake"

STATEMENTS = (
    "CREATE TABLE intake (id VARCHAR(36) PRIMARY KEY NOT NULL, sha256 VARCHAR(64) NOT NULL,"
    " bytes BIGINT NOT NULL, lines INTEGER NOT NULL, taken INTEGER NOT NULL,"
    " skipped INTEGER NOT NULL, imported_at TIMESTAMPTZ NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE TABLE external_draw (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " subject VARCHAR(200) NOT NULL, application VARCHAR(100) NOT NULL,"
    " terminal VARCHAR(100) NOT NULL, terminal_number VARCHAR(100) NOT NULL,"
    " drawn_at TIMESTAMPTZ NOT NULL, calls TEXT NOT NULL, sealed_list_sha256 VARCHAR(64) NOT NULL,"
    " form_sha256 VARCHAR(64) NOT NULL, form_bytes BIGINT NOT NULL,"
    " form_media_type VARCHAR(100) NOT NULL, recorded_at TIMESTAMPTZ NOT NULL,"
    " act VARCHAR(36) NOT NULL, UNIQUE (terminal, terminal_number))",
    "CREATE INDEX external_draw_subject ON external_draw (subject)",
)


async def forwards() -> SqlMigration:
    """Make the two tables."""
    return SqlMigration(
        ID, "bidding", "intakes and external draws", {"sqlite": STATEMENTS, "postgres": STATEMENTS}
    )
