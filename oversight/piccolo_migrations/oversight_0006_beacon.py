"""Rounds of public randomness: verified before they are stored, never changed."""

from oversight.database_migrations import SqlMigration, append_only

ID = "oversight_0006_beacon"

TABLE = (
    "CREATE TABLE beacon_round ("
    " id VARCHAR(90) PRIMARY KEY NOT NULL,"
    " chain VARCHAR(64) NOT NULL,"
    " round BIGINT NOT NULL CHECK (round >= 1),"
    " signature VARCHAR(96) NOT NULL,"
    " act VARCHAR(36) NOT NULL,"
    " UNIQUE (chain, round))"
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(["beacon_round"])
    statements = {dialect: [TABLE, *kept[dialect]] for dialect in ("sqlite", "postgres")}
    return SqlMigration(ID, "oversight", __doc__ or "", statements)
