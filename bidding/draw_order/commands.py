"""Ordering a draw (draw.md, step 1)."""

import json
from collections.abc import Mapping, Sequence

import msgspec

from bidding.appointment.queries import appointed_seats
from bidding.classification import queries as lists
from bidding.classification.rules import check_in_force
from bidding.closing.rules import CLOSED, State
from bidding.committee import queries as committees
from bidding.committee.schema import CommitteeView
from bidding.contribution.rules import (
    Entrants,
    check_contributors,
    check_contributors_kept,
)
from bidding.draw import queries as draws
from bidding.draw.commands import write_step
from bidding.draw.facts import Ordered
from bidding.draw.rules import (
    ATTEMPT_BEFORE_CLOSED,
    ORDER_DRAW,
    Case,
    Sender,
    Taken,
    check_caps,
    check_strata,
    next_attempt,
)
from bidding.draw.schema import CaseConditions, DrawOrder, DrawReceipt, Reason
from bidding.draw.tables import Draw, DrawContributor
from bidding.draw_order.rules import (
    COMMITTEE_CURRENT,
    Window,
    caps_of,
    check_applicant,
    check_day,
    check_keys,
    check_own_committee,
    check_regions,
    check_seats,
    check_window,
)
from bidding.eligibility.rules import stratum_id
from bidding.supplement import queries as supplements
from bidding.supplement.rules import Parent, check_needed, check_wider, seats_held
from oversight.act import Act, begin
from oversight.authority.rules import TRUSTED_ROLE, Actor, require
from oversight.database import WRITES_DO_NOT_COLLIDE, retried
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.rulebook.figures import Edition
from oversight.rulebook.queries import calendar_in_force, edition_of_case
from oversight.rulebook.rules import edition

PURPOSE = "evaluation-committee"


class _Before(msgspec.Struct, frozen=True):
    """What stood before an order: earlier attempts, and the draws that it would supplement."""

    attempts: list[Case]  # first attempt first
    lineage: list[Parent]  # newest first
    followed: Taken | None  # step that the order follows; None: it is the first of all


async def order_draw(actor: Actor, order: DrawOrder, occasion: Occasion) -> DrawReceipt:
    """Order the draw of a committee: everything but the pool is said now.

    Raises:
        RuleBroken: COMMITTEE_KNOWN, ORDERED_BY_FORMER, COMMITTEE_CURRENT, STRATA_ORDERED,
            SPECIALTY_KNOWN, REGION_KNOWN, SEATS_FIT, CAPS_POSSIBLE, CAPS_LAWFUL,
            APPLICANT_ITSELF, EVALUATION_AHEAD, CONTRIBUTORS_KNOWN, CONTRIBUTORS_ENOUGH,
            ROLES_CONTRIBUTE, CONTRIBUTORS_KEPT, ATTEMPT_BEFORE_CLOSED, ATTEMPTS_LIMITED,
            PRIOR_ENTRY_EFFECTIVE, REGION_REASONED, WINDOW_REASONED, REASON_KNOWN; and for a
            supplement DRAW_EXISTS, SUPPLEMENT_FITS, SUPPLEMENT_NEEDED, SUPPLEMENT_WIDER.
    """
    require(actor, ORDER_DRAW)

    async def attempt() -> DrawReceipt:
        committee = await committees.committee(order.subject)
        before = await _before(committee.id, order.of)
        previous = await _previous(committee, before)
        async with begin(actor, ORDER_DRAW, occasion) as act:
            await committees.hold(committee.id)
            if order.of is not None:
                await draws.case(order.of, lock=True)
            if await _before(committee.id, order.of) != before:
                raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
            ordered = await _decide(act, order, committee, before)
            advice = _advice(act, order, committee)
            made = await _order(act, ordered, order, previous)
            return act.answered(msgspec.structs.replace(made, advice=advice))

    return await retried(attempt)


async def _before(committee: str, of: str | None) -> _Before:
    if of is None:
        attempts = await draws.attempts(await committees.line_of(committee), PURPOSE)
        return _Before(attempts, [], attempts[-1].steps[-1] if attempts else None)
    attempts = await supplements.attempts(of, PURPOSE)
    followed = attempts[-1].steps[-1] if attempts else await draws.newest_step(of)
    return _Before(attempts, await supplements.parents(of), followed)


async def _previous(committee: CommitteeView, before: _Before) -> int | None:
    """Return the index of the entry that is followed, once it and the committee are in effect.

    A further attempt follows the closing before it, the first attempt of a supplement the newest
    entry of its parent.
    """
    await draws.in_effect(committee.act, 0)
    if before.attempts and before.attempts[-1].state not in CLOSED:
        raise RuleBroken(
            ATTEMPT_BEFORE_CLOSED,
            needed=f"a closing of draw {before.attempts[-1].id}",
            state=before.attempts[-1].state.value,
        )
    followed = before.followed
    return None if followed is None else await draws.in_effect(followed.act, followed.ordinal)


async def _decide(act: Act, order: DrawOrder, committee: CommitteeView, before: _Before) -> Case:
    """Return the draw as it will stand, everything checked."""
    check_own_committee(act.actor.party, committee.party)
    check_day(order.evaluation_day, act.at)
    if await committees.has_successor(committee.id):
        raise RuleBroken(COMMITTEE_CURRENT, needed="the committee that took its place")
    figures = edition(committee.rulebook).draw
    strata = [(stratum_id(one.specialty, one.region), one.seats) for one in order.strata]
    check_strata(strata)
    await _check_codes(order)
    if before.lineage:
        check_needed(before.lineage[0], committee.id)
        check_wider(before.lineage, [stratum for stratum, _ in strata])
    taken = committee.representatives + seats_held(before.lineage)
    taken += await appointed_seats(committee.id)
    check_seats(strata, committee.size, taken)
    wanted = None if order.caps is None else {str(name): most for name, most in order.caps.items()}
    caps = caps_of(wanted, figures)
    check_caps(caps, PURPOSE)
    await check_parties(
        act, order.contributors, before.attempts, edition(committee.rulebook), PURPOSE
    )
    return Case(
        id=act.new_id(),
        subject=committee.id,
        purpose=PURPOSE,
        attempt=next_attempt([one.state for one in before.attempts], figures.attempts_max),
        of=order.of,
        rulebook=committee.rulebook,
        party=act.actor.party,
        person=act.actor.person,
        state=State.ORDERED,
        strata=strata,
        caps=caps,
        senders=[Sender(party) for party in order.contributors],
        steps=[],
        request="",
        reveal_by=None,
    )


def _advice(act: Act, order: DrawOrder, committee: CommitteeView) -> list[str]:
    """Return the soft figures that the order misses without a reason; refuse a missed hard one."""
    rulebook = edition_of_case(committee.rulebook)
    regions = [one.region for one in order.strata]
    region = check_regions(regions, rulebook, _code(order.region_reason))
    days = Window(act.at, order.evaluation_day, committee.body, calendar_in_force())
    return region + check_window(days, rulebook, _code(order.early_reason))


def _code(reason: Reason | None) -> str | None:
    return reason.code if reason is not None else None


async def _check_codes(order: DrawOrder) -> None:
    """Refuse codes that nobody can be drawn for: an attempt sealed in vain is one of few."""
    places = [(one.specialty, one.region) for one in order.strata]
    check_in_force(await lists.trees(), await lists.regions(), places, order.evaluation_day)


async def check_parties(
    act: Act, parties: Sequence[str], before: Sequence[Case], rulebook: Edition, purpose: str
) -> Mapping[str, str]:
    """Return the trusted role of each party that an order names as contributor, all checked.

    Args:
        act: of whoever orders.
        parties: as ordered.
        before: earlier attempts, first attempt first.
        rulebook: the case's edition.
        purpose: of the draw.

    Raises:
        RuleBroken: APPLICANT_ITSELF, CONTRIBUTORS_KNOWN, CONTRIBUTORS_ENOUGH,
            APPLICANT_CONTRIBUTES, ROLES_CONTRIBUTE, CONTRIBUTORS_KEPT.
    """
    check_applicant(act.actor.party, parties)
    keys = {party: await identity.party_keys(party) for party in parties}
    check_keys(keys)
    roles = {party: TRUSTED_ROLE[(await identity.party(party)).role] for party in parties}
    newest = [(party, keys[party][-1]) for party in parties]
    check_contributors(Entrants(newest, roles, rulebook.draw.must_contribute, purpose))
    if before:
        check_contributors_kept([one.party for one in before[-1].senders], parties)
    return roles


async def _order(act: Act, ordered: Case, order: DrawOrder, previous: int | None) -> DrawReceipt:
    fact = Ordered(
        draw=ordered.id,
        previous=previous,
        purpose=ordered.purpose,
        attempt=ordered.attempt,
        of=ordered.of,
        terms=act.conceal("terms", msgspec.to_builtins(order) | {"person": ordered.person}),
    )
    ordinal = await act.record(fact, subject=ordered.subject)
    conditions = CaseConditions(
        order.evaluation_day, order.recused, order.region_reason, order.early_reason
    )
    await write_order(act, ordered, conditions)
    return await write_step(act, ordered, "ordered", ordinal, State.ORDERED)


async def write_order(act: Act, ordered: Case, conditions: CaseConditions) -> None:
    """Write a draw as it was ordered, and its contributors, none of whom has sent anything."""
    await Draw.insert(
        Draw(
            id=ordered.id,
            subject=ordered.subject,
            purpose=ordered.purpose,
            attempt=ordered.attempt,
            parent=ordered.of or "",
            rulebook=ordered.rulebook,
            party=ordered.party,
            person=ordered.person,
            state=ordered.state.value,
            strata=json.dumps([{"id": one, "seats": seats} for one, seats in ordered.strata]),
            caps=json.dumps(ordered.caps),
            conditions=ring().fields.seal(
                msgspec.json.encode(conditions), draws.conditions_context(ordered.id)
            ),
            act=act.id,
        )
    )
    await DrawContributor.insert(
        *(
            DrawContributor(
                id=f"{ordered.id}/{place}",
                draw=ordered.id,
                place=place,
                party=sender.party,
                key="",
                commitment="",
                nonce="",
                signature="",
            )
            for place, sender in enumerate(ordered.senders)
        )
    )
