"""One request, one effect: what repeating a key may mean."""

from oversight.errors import Ground, Rule

KEY_REUSED = Rule(
    "idempotency.key_not_reused",
    "An idempotency key stands for one request: the same key always comes with the same body.",
    "design: ARCHITECTURE.md#How a write happens",
    Ground.CONFLICT,
)
