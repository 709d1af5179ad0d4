"""What an audit refuses before it begins."""

from oversight.errors import Ground, Rule

STATE_FREE = Rule(
    "audit.state_free",
    "One audit at a time works in a state directory.",
    "design: ledger.md#Audit",
    Ground.BUSY,
)
