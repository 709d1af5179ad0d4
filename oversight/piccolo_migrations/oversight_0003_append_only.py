"""Parties are registered for ever: their rows are never changed nor deleted."""

from oversight.database_migrations import SqlMigration, append_only

ID = "oversight_0003_append_only"


async def forwards() -> SqlMigration:
    """Return the migration."""
    return SqlMigration(ID, "oversight", __doc__ or "", append_only(["party"]))
