"""What a closing must carry, and what an opening shows. Nothing is written."""

from datetime import datetime

import msgspec

from bidding.bundle.rules import OPEN_PURPOSES, Opening
from bidding.closing.rules import NO_PROOF, Close, State, check_takes_part
from bidding.draw import queries as draws
from bidding.draw.rules import IDENTITIES_ALLOWED, Case
from bidding.draw.schema import ClosingTerms
from bidding.draw.tables import DrawOpening, DrawRequest, DrawResult
from bidding.opening.rules import opening_of
from bidding.reveal.queries import check_round_awaited, round_of
from bidding.sealing.queries import entry
from bidding.terminal import queries as terminal
from bidding.terminal.queries import Result
from bidding.terminal.rules import check_key_at_hand
from bidding.walk.rules import Line, attributes_due, identities_due, walk_digest
from oversight.ambient import Clock, utc_now
from oversight.authority.rules import TRUSTED_ROLE, Actor
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.rulebook.rules import edition


class Known(msgspec.Struct, frozen=True):
    """What is known of a draw's result when it is closed."""

    alpha: str | None = None  # hex
    pi: str | None = None
    walk: str | None = None
    result: Result | None = None  # computed now, so not stored yet


async def known(found: Case, reason: str, at: datetime) -> Known:
    """Return what a closing for this reason must say of the result: a closing hides nothing.

    Raises:
        RuleBroken: ROUND_AT_HAND, when nothing but a round is wanting that has come;
            VRF_KEY_AT_HAND, when the proof is owed, cannot be made, and the reason does not say so.
    """
    if not found.request or found.silent():
        return Known()
    if found.state is State.DRAWN:
        return await _stored(found.id)
    beacon = await round_of(found) if found.beacon else None
    if found.beacon and beacon is None:
        await check_round_awaited(found, at)
        return Known()
    request = await draws.request(found.id)
    assert request is not None
    held = ring().vrf_secret(request.vrf_key) is not None
    if reason == NO_PROOF and not held:
        return Known(alpha=terminal.alpha(found, beacon).hex())
    check_key_at_hand(request.vrf_key, held)
    given = await terminal.result(found, request, beacon)
    return Known(given.alpha.hex(), given.pi.hex(), given.walk.hex(), given)


async def _stored(draw: str) -> Known:
    row = await DrawResult.select().where(DrawResult.draw == draw).first()
    assert row is not None
    return Known(row["alpha"], row["pi"], walk_digest(await draws.lines(draw)).hex())


def closing(found: Case, terms: ClosingTerms, result: Known) -> Close:
    """Return what the closing party signs (draw.md, step 7)."""
    return Close(
        draw=found.id,
        attempt=found.attempt,
        request=found.request or None,
        state=terms.state,
        reason=terms.reason,
        statement=terms.statement,
        alpha=result.alpha,
        walk=result.walk,
    )


async def closing_statement(draw: str, terms: ClosingTerms, clock: Clock = utc_now) -> Close:
    """Return what a closing with these terms would sign now.

    Raises:
        RuleBroken: DRAW_EXISTS, ROUND_AT_HAND, VRF_KEY_AT_HAND.
    """
    found = await draws.case(draw)
    return closing(found, terms, await known(found, terms.reason, clock()))


async def closing_statement_for(actor: Actor, draw: str, terms: ClosingTerms) -> Close:
    """Return what a closing would sign now, to those who may come to close this draw.

    Raises:
        RuleBroken: DRAW_EXISTS, CLOSER_TAKES_PART, VRF_KEY_AT_HAND.
    """
    found = await draws.case(draw)
    parties = [one.party for one in found.senders]
    check_takes_part(actor.party, TRUSTED_ROLE[actor.role], parties, overdue=True)
    return await closing_statement(draw, terms)


async def openings(found: Case) -> list[Opening]:
    """Return what is opened in the end, sorted by commitment (draw.md, step 8).

    This reads personal data that nobody may see before; only the act that opens it asks.
    """
    lines = await draws.lines(found.id)
    secret = await secret_of(found.id)
    whole = identities_due(lines)
    due = whole | attributes_due(lines, found.caps)
    met = {line.commitment: line for line in lines if line.outcomes[0] != "duplicate"}
    opened = [await _opening(found.id, secret, met[one], one in whole) for one in sorted(due)]
    return opened


async def stored_openings(draw: str) -> list[Opening]:
    """Return the openings that were logged; empty before."""
    row = await DrawOpening.select().where(DrawOpening.draw == draw).first()
    if row is None:
        return []
    plain = ring().fields.open(bytes(row["openings"]), draws.openings_context(draw))
    return msgspec.json.decode(plain, type=list[Opening])


async def public_openings(draw: str) -> list[Opening]:
    """Return who holds a seat, where the edition opens it to everybody and the reveal was made.

    Of items with public labels, all are returned from the seal on.

    Raises:
        RuleBroken: DRAW_EXISTS, IDENTITIES_ALLOWED.
    """
    found = await draws.case(draw)
    if found.purpose in OPEN_PURPOSES:
        return await stored_openings(draw)
    audience = edition(found.rulebook).draw.identities
    if found.state is not State.IDENTIFIED or audience != "public":
        raise RuleBroken(
            IDENTITIES_ALLOWED,
            needed="an edition that opens identities to the public, and their reveal",
            audience=audience,
            state=found.state.value,
        )
    return await stored_openings(draw)


async def secret_of(draw: str) -> bytes:
    """Return the secret of a sealed draw, 32 bytes: for whatever opens its entries."""
    row = await DrawRequest.select(DrawRequest.secret).where(DrawRequest.draw == draw).first()
    assert row is not None, "the draw is sealed"
    return ring().fields.open(bytes(row["secret"]), draws.secret_context(draw))


async def _opening(draw: str, secret: bytes, line: Line, whole: bool) -> Opening:
    one = await entry(draw, line.stratum, line.position, ring().fields)
    return opening_of(secret, one, whole=whole)
