"""What was imported, formed, sealed, drawn, closed or opened is never changed nor deleted.

The other tables hold what may change: an expert's standing, a draw's state, what a contributor has
sent, the lines that answers will free, declarations that are lifted, a file that is released.
"""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0012_append_only"

TABLES = (
    "code_list",
    "code_row",
    "former_employer",
    "standing_change",
    "intake",
    "reading_digest",
    "committee",
    "committee_lot",
    "draw_step",
    "draw_request",
    "sealed_block",
    "draw_result",
    "draw_closing",
    "draw_opening",
    "external_draw",
)


async def forwards() -> SqlMigration:
    """Return the migration."""
    return SqlMigration(ID, "bidding", __doc__ or "", append_only(TABLES))
