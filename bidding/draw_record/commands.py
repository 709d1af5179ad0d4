"""Letting the auditor's file out: one person asks, another releases (draw.md, step 3)."""

from collections.abc import AsyncIterator

from bidding.bundle.rules import Bundle, Opening
from bidding.draw import queries as draws
from bidding.draw.rules import READ_AUDITOR_FILE
from bidding.draw_record import queries
from bidding.draw_record.facts import AuditorFileReleased, AuditorFileRequested
from bidding.draw_record.rules import (
    AUDITOR_FILE_ASKED_ONCE,
    BUNDLE_SEALED,
    RELEASE_AUDITOR_FILE,
    check_release,
)
from bidding.draw_record.schema import AuditorFileOrder, AuditorFileReceipt
from bidding.draw_record.tables import AuditorFileRelease
from bidding.reading.commands import note_reading
from oversight.act import begin
from oversight.ambient import Clock, utc_now
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion


async def request_auditor_file(
    actor: Actor, draw: str, order: AuditorFileOrder, occasion: Occasion
) -> AuditorFileReceipt:
    """Ask, as an auditor, for a draw's secret, rosters and exclusions.

    Raises:
        RuleBroken: DRAW_EXISTS, BUNDLE_SEALED, AUDITOR_FILE_ASKED_ONCE.
    """
    async with begin(actor, READ_AUDITOR_FILE, occasion) as act:
        found = await draws.case(draw, lock=True)
        if not found.request:
            raise RuleBroken(BUNDLE_SEALED, needed="a sealed draw")
        if await queries.asked(draw) is not None:
            raise RuleBroken(AUDITOR_FILE_ASKED_ONCE, needed="the release of the request before")
        fact = AuditorFileRequested(
            draw=draw,
            person=act.conceal("person", actor.person),
            reason=act.conceal("reason", order.reason),
        )
        await act.record(fact, subject=found.subject)
        await AuditorFileRelease.insert(
            AuditorFileRelease(
                draw=draw,
                party=actor.party,
                person=actor.person,
                act=act.id,
                approver="",
                approver_party="",
                approval="",
            )
        )
        return act.answered(AuditorFileReceipt(draw, act.id, released=False))


async def release_auditor_file(actor: Actor, draw: str, occasion: Occasion) -> AuditorFileReceipt:
    """Let the file out to the auditor who asked, as the second person.

    Raises:
        RuleBroken: DRAW_EXISTS, AUDITOR_FILE_ASKED, PERSONS_DIFFER.
    """
    async with begin(actor, RELEASE_AUDITOR_FILE, occasion) as act:
        found = await draws.case(draw, lock=True)
        asked = await queries.asked(draw)
        check_release(asked, actor.person)
        assert asked is not None
        fact = AuditorFileReleased(
            draw=draw, person=act.conceal("person", actor.person), request=asked.act
        )
        await act.record(fact, subject=found.subject)
        await AuditorFileRelease.update(
            {
                AuditorFileRelease.approver: actor.person,
                AuditorFileRelease.approver_party: actor.party,
                AuditorFileRelease.approval: act.id,
            }
        ).where(AuditorFileRelease.draw == draw)
        return act.answered(AuditorFileReceipt(draw, act.id, released=True))


async def show_bundle(actor: Actor, draw: str, clock: Clock = utc_now) -> Bundle:
    """Return a draw's bundle; that names in it were shown is on record before they are.

    Raises:
        RuleBroken: as `queries.bundle`.
    """
    found = await queries.bundle(actor, draw)
    purpose = f"bundle of draw {draw}"
    for opening in _all_openings(found):
        expert = opening.identity.get("value", {}).get("expert")  # a firm is no person
        if isinstance(expert, str):
            await note_reading(actor, expert, ("name",), purpose, clock())
    return found


def _all_openings(found: Bundle) -> list[Opening]:
    above = _all_openings(found.parent) if found.parent is not None else []
    return [*found.openings, *above]


async def show_auditor_file(
    actor: Actor, draw: str, clock: Clock = utc_now
) -> AsyncIterator[bytes]:
    """Return the auditor's file, piece by piece; the reading of all its rosters is on record.

    Raises:
        RuleBroken: DRAW_EXISTS, BUNDLE_SEALED, AUDITOR_FILE_RELEASED.
    """
    await queries.may_take(actor, draw)
    await note_reading(actor, draw, ("rosters",), f"auditor's file of draw {draw}", clock())
    return queries.auditor_file(draw)
