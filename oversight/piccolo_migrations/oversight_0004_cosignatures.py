"""What witnesses signed below our checkpoints: line by line, never changed nor deleted."""

from oversight.database_migrations import SqlMigration, append_only

ID = "oversight_0004_cosignatures"

TABLES = (
    "CREATE TABLE cosignature (size BIGINT NOT NULL,"
    " name VARCHAR(200) NOT NULL, key_id VARCHAR(8) NOT NULL, line TEXT NOT NULL,"
    " at BIGINT NOT NULL, PRIMARY KEY (size, name, key_id))",
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    refusals = append_only(["cosignature"])
    statements = {dialect: [*TABLES, *refusals[dialect]] for dialect in refusals}
    return SqlMigration(ID, "oversight", __doc__ or "", statements)
