"""What an audit refuses before it begins."""

from oversight.errors import Ground, Rule

STATE_FREE = Rule(
    "audit.state_free",
    "One audit at a time works in a state directory.",
    "design: ledger.md#Audit",
    Ground.BUSY,
)
DATABASE_FOUND = Rule(
    "audit.database_found",
    "The database to be audited is there already: an audit makes none.",
    "design: ledger.md#Audit",
    Ground.ABSENT,
)
SCHEMA_KNOWN = Rule(
    "audit.schema_known",
    "The database has the schema of the auditing program, and is not changed to have it.",
    "design: ledger.md#Audit",
    Ground.CONFLICT,
)
