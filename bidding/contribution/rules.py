"""Contributors and nonces (draw.md, steps 2 and 4): who must take part, what each signs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bidding.bundle.rules import OPEN_PURPOSES
from bidding.lottery.rules import draw_rule, labelled
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical

NONCE_BYTES = 32
CONTRIBUTORS_MIN = 2  # with distinct parties and keys (draw.md, Conventions)
CENTER: Final = "center"
SUPERVISOR: Final = "supervisor"
APPLICANTS: Final = frozenset({"tenderer", "purchaser", "agent"})  # trusted roles that order
NEVER_COUNTERSIGN: Final = APPLICANTS | {CENTER}


CONTRIBUTORS_KEPT = draw_rule(
    "contributors_kept",
    "A further attempt has every contributor of the attempt before, unless that party's own "
    "signature releases it.",
    "7. Close without a result",
    Ground.UNLAWFUL,
)
CONTRIBUTORS_ENOUGH = draw_rule(
    "contributors_enough",
    "At least two contributors, with distinct parties and keys, one of them not the center.",
    "Who acts",
    Ground.UNLAWFUL,
)
APPLICANT_CONTRIBUTES = draw_rule(
    "applicant_contributes",
    "The applicant (tenderer, purchaser or its agent) is always a contributor.",
    "Who acts",
    Ground.UNLAWFUL,
)
ROLES_CONTRIBUTE = draw_rule(
    "roles_contribute",
    "A party of each role that the edition names contributes.",
    "Who acts",
    Ground.UNLAWFUL,
)
CONTRIBUTOR_NAMED = draw_rule(
    "contributor_named",
    "Only a party that the order names as contributor commits and reveals.",
    "2. Commit",
    Ground.FORBIDDEN,
)
COMMITTED_ONCE = draw_rule("committed_once", "A contributor commits once.", "2. Commit")
REVEALED_ONCE = draw_rule("revealed_once", "A contributor reveals once.", "4. Reveal")
NONCE_OPENS = draw_rule(
    "nonce_opens", "A nonce opens the contributor's commitment.", "4. Reveal", Ground.UNLAWFUL
)
REVEAL_OF_THIS_REQUEST = draw_rule(
    "reveal_of_this_request",
    "A reveal is signed for the request that was sealed.",
    "4. Reveal",
    Ground.UNLAWFUL,
)
REVEALED_IN_TIME = draw_rule("revealed_in_time", "No reveal is logged after reveal_by.", "3. Seal")


def contribution(draw: str, party: str, nonce: bytes) -> bytes:
    """Return the 32-byte commitment to a nonce (draw.md, step 2)."""
    assert len(nonce) == NONCE_BYTES, "a nonce has 32 bytes"
    return labelled("contribution", canonical({"draw": draw, "party": party, "nonce": nonce.hex()}))


def commit_statement(draw: str, party: str, commitment: bytes) -> bytes:
    """Return the 32 bytes that a contributor signs when it commits."""
    return labelled(
        "commit", canonical({"draw": draw, "party": party, "commitment": commitment.hex()})
    )


def reveal_statement(draw: str, request: bytes, nonce: bytes) -> bytes:
    """Return the 32 bytes that a contributor signs when it reveals; `request` is R."""
    return labelled(
        "reveal", canonical({"draw": draw, "request": request.hex(), "nonce": nonce.hex()})
    )


class Entrants(msgspec.Struct, frozen=True):
    """Those who are to contribute, as a gate looks at them."""

    contributors: Sequence[tuple[str, str]]  # party and key of each
    role_of: Mapping[str, str]  # trusted role of each known party
    must_contribute: Collection[str]  # trusted roles that the edition names
    purpose: str  # items that everybody may see are drawn without an applicant


def entrant_obstacles(entrants: Entrants) -> Iterator[tuple[Rule, str]]:
    """Name each rule that these contributors break, with what is needed; none means: they do."""
    parties = {party for party, _ in entrants.contributors}
    keys = {key for _, key in entrants.contributors}
    roles = {entrants.role_of.get(party) for party in parties}  # None: an unknown party
    count = len(entrants.contributors)
    if not len(parties) == len(keys) == count >= CONTRIBUTORS_MIN or roles == {CENTER}:
        yield CONTRIBUTORS_ENOUGH, f"{CONTRIBUTORS_MIN} or more, with distinct parties and keys"
    if entrants.purpose not in OPEN_PURPOSES and roles.isdisjoint(APPLICANTS):
        yield APPLICANT_CONTRIBUTES, "the applicant among the contributors"
    absent = sorted(set(entrants.must_contribute) - roles)
    if absent:
        yield ROLES_CONTRIBUTE, "contributors of role " + ", ".join(absent)


def roles_undecided(entrants: Entrants) -> bool:
    """Tell whether somebody contributes whose role is not known, and who may be whom we miss."""
    return any(party not in entrants.role_of for party, _ in entrants.contributors)


def check_contributors(entrants: Entrants) -> None:
    """Refuse contributors among whom the one honest that the proof rests on cannot be found.

    Raises:
        RuleBroken: CONTRIBUTORS_ENOUGH, APPLICANT_CONTRIBUTES, ROLES_CONTRIBUTE.
    """
    for rule, needed in entrant_obstacles(entrants):
        raise RuleBroken(rule, needed=needed, contributors=len(entrants.contributors))


def check_contributors_kept(
    before: Collection[str], now: Collection[str], released: Collection[str] = ()
) -> None:
    """Refuse an attempt that drops a contributor who did not release it.

    Raises:
        RuleBroken: CONTRIBUTORS_KEPT.
    """
    dropped = sorted(set(before) - set(now) - set(released))
    if dropped:
        raise RuleBroken(
            CONTRIBUTORS_KEPT, needed="these parties, or their own release", dropped=dropped
        )


def check_nonce(draw: str, party: str, nonce: bytes, commitment: bytes) -> None:
    """Refuse a nonce that does not open the party's commitment.

    Raises:
        RuleBroken: NONCE_OPENS.
    """
    if len(nonce) != NONCE_BYTES or contribution(draw, party, nonce) != commitment:
        raise RuleBroken(NONCE_OPENS, needed="the nonce that was committed to", party=party)


def check_reveal_time(at: datetime, reveal_by: datetime) -> None:
    """Refuse a reveal after `reveal_by`.

    Raises:
        RuleBroken: REVEALED_IN_TIME.
    """
    if at > reveal_by:
        raise RuleBroken(REVEALED_IN_TIME, needed=f"a reveal by {reveal_by.isoformat()}")
