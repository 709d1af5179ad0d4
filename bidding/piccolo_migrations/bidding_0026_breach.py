"""Contributors that gave no nonce in time, named as the log names them."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0026_breach"

TABLE = (
    "CREATE TABLE draw_breach ("
    " id VARCHAR(80) PRIMARY KEY NOT NULL,"
    " draw VARCHAR(36) NOT NULL REFERENCES draw (id),"
    " party VARCHAR(36) NOT NULL,"
    " act VARCHAR(36) NOT NULL,"
    " UNIQUE (draw, party))"
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(["draw_breach"])
    statements = {dialect: [TABLE, *kept[dialect]] for dialect in ("sqlite", "postgres")}
    return SqlMigration(ID, "bidding", __doc__ or "", statements)
