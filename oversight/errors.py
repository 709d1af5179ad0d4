"""Three kinds of failure, never turned into one another.

A person may appeal against a refusal (`RuleBroken`), evidence fails
(`ProofRejected`), or we are wrong (`AssertionError`).
"""

from enum import StrEnum

import msgspec


class Ground(StrEnum):
    """Why a rule refuses. The wire form (a status code) follows from this alone."""

    MALFORMED = "malformed"  # cannot be understood
    UNAUTHENTICATED = "unauthenticated"  # we do not know who asks
    FORBIDDEN = "forbidden"  # known, but not permitted
    ABSENT = "absent"  # no such thing, or none that the asker may see
    CONFLICT = "conflict"  # the state of the thing does not allow it
    UNLAWFUL = "unlawful"  # well-formed, but a rule of substance forbids it
    STALE = "stale"  # the asker decided on an older version
    UNCONDITIONAL = "unconditional"  # a version must be named and was not
    TOO_LARGE = "too-large"  # beyond a published bound
    UNSUPPORTED = "unsupported"  # a form that we do not read
    TOO_MANY = "too-many"  # beyond a published rate
    BUSY = "busy"  # nothing is wrong; ask again later


class Rule(msgspec.Struct, frozen=True):
    """One sentence of the rulebook."""

    code: str  # "draw.roster_large_enough"; never reused, never renamed
    demands: str  # stated positively: what must hold
    source: str  # article of law, or "design: <document>#<section>"
    ground: Ground = Ground.CONFLICT


class RuleBroken(Exception):  # noqa: N818, a statement about the act, not an error of ours
    """An act was refused. Expected, shown to the actor, open to appeal.

    `needed` says what would lift the refusal, always; `found` holds what was met instead:
    codes, counts, times and opaque identifiers, never personal or sealed data.
    """

    def __init__(self, rule: Rule, *, needed: str, **found: object) -> None:
        super().__init__(f"{rule.code}: {rule.demands}")
        self.rule, self.needed, self.found = rule, needed, found


class ProofRejected(Exception):  # noqa: N818, a statement about the evidence
    """Evidence does not verify. Never softened into a warning."""
