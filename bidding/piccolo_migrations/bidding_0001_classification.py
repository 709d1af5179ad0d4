"""Imported versions of the specialty trees and of the regions."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0001_classification"

STATEMENTS = (
    "CREATE TABLE code_list (id VARCHAR(36) PRIMARY KEY NOT NULL, kind VARCHAR(20) NOT NULL,"
    " version VARCHAR(80) NOT NULL, source TEXT NOT NULL, sha256 VARCHAR(64) NOT NULL,"
    " imported_at TIMESTAMPTZ NOT NULL, act VARCHAR(36) NOT NULL, UNIQUE (kind, version))",
    "CREATE TABLE code_row (list_id VARCHAR(36) NOT NULL REFERENCES code_list (id),"
    " code VARCHAR(20) NOT NULL, name VARCHAR(100) NOT NULL, parent VARCHAR(20) NOT NULL,"
    " valid_from DATE, valid_to DATE, confidence VARCHAR(1) NOT NULL,"
    " PRIMARY KEY (list_id, code))",
)


async def forwards() -> SqlMigration:
    """Make the two tables."""
    return SqlMigration(
        ID, "bidding", "lists of codes", {"sqlite": STATEMENTS, "postgres": STATEMENTS}
    )
