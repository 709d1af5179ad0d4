"""Letting the auditor's file out: one person asks, another releases (draw.md, step 3)."""

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
from oversight.act import begin
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
