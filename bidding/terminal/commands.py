"""Sealing a draw, and running it (draw.md, steps 3 and 5)."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from bidding.appointment.queries import appointed_experts, appointed_seats
from bidding.bundle.rules import (
    EVALUATION_COMMITTEE,
    OPEN_PURPOSES,
    Contributor,
    Opening,
    Pool,
    Request,
    Stratum,
    request_digest,
)
from bidding.candidacy.queries import Pool as CasePool
from bidding.candidacy.queries import pool_of
from bidding.committee.queries import committee
from bidding.contribution.rules import Entrants, check_contributors
from bidding.draw import queries as draws
from bidding.draw.commands import take_step, write_step
from bidding.draw.facts import Drawn, Sealed, SealedOpenly
from bidding.draw.rules import (
    COMMITMENTS_COMPLETE,
    RUN_DRAW,
    SEAL_DRAW,
    Case,
    Step,
    advance,
    check_rosters,
    check_vrf_lead,
)
from bidding.draw.schema import DrawReceipt, SealOrder
from bidding.draw.tables import DrawLine, DrawOpening, DrawRequest, DrawResult
from bidding.item_list.queries import lists_of
from bidding.lottery.rules import PROTOCOL
from bidding.opening.rules import all_opened
from bidding.reveal.commands import bring_bound_round
from bidding.reveal.queries import check_inputs, required_round
from bidding.sealing.commands import SealedRoster, keep_roster, seal_roster
from bidding.sealing.rules import (
    SALT_BYTES,
    SECRET_BYTES,
    Candidate,
    Entry,
    entry_id,
    excluded_digest,
    openings_digest,
    secret_digest,
)
from bidding.supplement import queries as supplements
from bidding.supplement.rules import check_fills, check_needed
from bidding.suspension.queries import check_running
from bidding.terminal import queries
from bidding.terminal.queries import Result
from bidding.terminal.rules import (
    VRF_KEY_PUBLISHED,
    bound_round,
    check_contributor_keys,
    check_key_at_hand,
    reveal_time,
)
from bidding.walk.rules import Line
from oversight.act import Act
from oversight.ambient import fresh_bytes
from oversight.authority.rules import TRUSTED_ROLE, Actor, require
from oversight.beacon.queries import chain_in_use
from oversight.custody.queries import key_entry
from oversight.custody.rules import DRAW_VRF
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.ledger.effect import effective_size
from oversight.ledger.terms import terms
from oversight.rulebook.rules import edition
from oversight.values.canonical import canonical
from oversight.values.instants import from_micro_text, from_text, to_text

Eligible = tuple[Sequence[Entry], Sequence[tuple[str, str]]]  # entries; left out with the ground


class _Rosters(msgspec.Struct, frozen=True):
    """What a seal fixes beside the request."""

    secret: bytes
    sealed: Sequence[SealedRoster]
    salt: bytes
    excluded: list[list[str]]  # id and ground, sorted
    opened: list[Opening] | None = None  # all entries, where they are public from the seal on


async def seal_draw(actor: Actor, draw: str, order: SealOrder, occasion: Occasion) -> DrawReceipt:
    """Fix rosters, contributors, keys and times; from here on nothing about the draw can change.

    Raises:
        RuleBroken: STEP_LAWFUL, NOT_SUSPENDED, COMMITMENTS_COMPLETE, CONTRIBUTORS_ENOUGH,
            CONTRIBUTOR_KEY_GOOD, VRF_KEY_PUBLISHED, VRF_KEY_SETTLED, REVEAL_TIME_AHEAD,
            ROSTER_LARGE_ENOUGH; for a supplement SUPPLEMENT_NEEDED, SUPPLEMENT_FILLS.
    """

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.SEAL)
        await check_running(found)
        await _check_still_needed(found)
        await _check_inputs(found)
        vrf_key = await _settled_vrf_key(act, found)
        wanted = from_text(order.reveal_by) if order.reveal_by else None
        due = reveal_time(wanted, act.at, edition(found.rulebook).draw.reveal_minutes)
        rosters = await _seal_rosters(found)
        request = _request(found, rosters, vrf_key, await act.log_size(), due)
        fact = _sealed(found, previous, request, rosters)
        ordinal = await act.record(fact, subject=found.subject)
        await _write_seal(act, request, rosters, due)
        return act.answered(await write_step(act, found, "sealed", ordinal, state))

    return await take_step(actor, SEAL_DRAW, occasion, draw, deed, snapshot=True)


def _sealed(found: Case, previous: int, request: Request, rosters: _Rosters) -> Sealed:
    said = Sealed(
        draw=found.id,
        previous=previous,
        request=request_digest(request).hex(),
        purpose=found.purpose,
        attempt=found.attempt,
        of=found.of,
    )
    if rosters.opened is None:
        return said
    digest = openings_digest(rosters.opened).hex()
    return SealedOpenly(**msgspec.structs.asdict(said), openings=digest)


async def _check_still_needed(found: Case) -> None:
    """Refuse to seal a supplement beside which its parent moved on, and hold the parent."""
    if found.of is None:
        return
    await draws.case(found.of, lock=True)
    lineage = await supplements.parents(found.of)
    check_needed(lineage[0], found.subject)
    body = await committee(found.subject)
    seats = sum(count for _, count in found.strata)
    drawn = body.size - body.representatives - await appointed_seats(body.id)
    check_fills(seats, drawn, lineage)


async def _check_inputs(found: Case) -> None:
    """Refuse to seal before every contributor committed, or with too few distinct ones."""
    silent = [one.party for one in found.senders if not one.commitment]
    if silent:
        raise RuleBroken(COMMITMENTS_COMPLETE, needed="a commitment of each", missing=silent)
    roles = {
        one.party: TRUSTED_ROLE[(await identity.party(one.party)).role] for one in found.senders
    }
    keys = [(one.party, one.key) for one in found.senders]
    must = edition(found.rulebook).draw.must_contribute
    check_contributors(Entrants(keys, roles, must, found.purpose))
    trusted = await identity.trust_parties()
    check_contributor_keys(keys, {party: known.keys for party, known in trusted.items()})


async def _settled_vrf_key(act: Act, found: Case) -> str:
    """Return the newest of the center's keys (hex) that is on the log for long enough.

    After a rotation the key before goes on sealing until then.
    """
    refusals = []
    for public in reversed(ring().vrf_secrets):
        try:
            await _check_vrf_key(act, found, public.hex())
        except RuleBroken as refusal:
            refusals.append(refusal)
        else:
            return public.hex()
    raise refusals[-1]


async def _check_vrf_key(act: Act, found: Case, key: str) -> None:
    published = await key_entry(DRAW_VRF, key)
    if published is None or published.index >= await effective_size():
        raise RuleBroken(VRF_KEY_PUBLISHED, needed="the key's entry in effect")
    at = from_micro_text(published.entry().at)
    check_vrf_lead(at, act.at, edition(found.rulebook).draw.vrf_lead_hours)


async def _seal_rosters(found: Case) -> _Rosters:
    """Take the pool as the act sees it, or the order's lists, and close each stratum's roster.

    Whom a supplement's parents have met takes no seat, and does not count for the size.
    """
    inherited, public = await supplements.inherited(found.of), found.purpose in OPEN_PURPOSES
    pool = await _pool(found, inherited.known)
    sizes = [
        (stratum, seats, sum(entry_id(one) not in inherited.met for one in candidates))
        for (stratum, seats), (candidates, _) in zip(found.strata, pool, strict=True)
    ]
    check_rosters(sizes, 1 if public else edition(found.rulebook).draw.roster_multiple)
    secret = await supplements.secret(found.of) if found.of else fresh_bytes(SECRET_BYTES)
    cipher = ring().fields
    sealed = [
        await seal_roster(secret, candidates, cipher, found.id, place)
        for place, (candidates, _) in enumerate(pool)
    ]
    excluded = sorted({pair for _, pairs in pool for pair in pairs})
    return _Rosters(
        secret,
        sealed,
        fresh_bytes(SALT_BYTES),
        [list(pair) for pair in excluded],
        all_opened(secret, (one for entries, _ in pool for one in entries)) if public else None,
    )


async def _pool(found: Case, known: Mapping[str, Candidate]) -> Sequence[Eligible]:
    if found.purpose == EVALUATION_COMMITTEE:
        appointed = await appointed_experts(found.subject)
        return [_without(appointed, one) for one in await pool_of(found, known)]
    return await lists_of(found)


def _without(appointed: Collection[str], pool: CasePool) -> CasePool:
    """Return a stratum's pool without those who sit on the committee by appointment."""
    candidates, excluded = pool
    kept = [one for one in candidates if one.expert not in appointed]
    out = [(one.expert, "appointed") for one in candidates if one.expert in appointed]
    return kept, sorted([*excluded, *out])


def _request(found: Case, rosters: _Rosters, vrf_key: str, as_of: int, due: datetime) -> Request:
    excluded = excluded_digest(rosters.salt, rosters.excluded).hex()
    return Request(
        protocol=PROTOCOL,
        origin=terms().origin,
        draw=found.id,
        of=found.of,
        subject=found.subject,
        purpose=found.purpose,
        attempt=found.attempt,
        rulebook=found.rulebook,
        secret=secret_digest(rosters.secret).hex(),
        pool=Pool(as_of=as_of, excluded=excluded),
        strata=[
            Stratum(id=stratum, seats=seats, size=roster.size, root=roster.root.hex())
            for (stratum, seats), roster in zip(found.strata, rosters.sealed, strict=True)
        ],
        caps=found.caps,
        contributors=[
            Contributor(party=one.party, key=one.key, commitment=one.commitment)
            for one in found.senders
        ],
        beacon=bound_round(chain_in_use(), due, edition(found.rulebook).draw.round_lead_minutes),
        vrf_key=vrf_key,
        reveal_by=to_text(due),
    )


async def _write_seal(act: Act, request: Request, rosters: _Rosters, due: datetime) -> None:
    cipher, draw = ring().fields, request.draw
    excluded = {"salt": rosters.salt.hex(), "list": rosters.excluded}
    await DrawRequest.insert(
        DrawRequest(
            draw=draw,
            request=canonical(request),
            digest=request_digest(request).hex(),
            reveal_by=due,
            secret=cipher.seal(rosters.secret, draws.secret_context(draw)),
            excluded=cipher.seal(canonical(excluded), draws.excluded_context(draw)),
            act=act.id,
        )
    )
    for place, roster in enumerate(rosters.sealed):
        await keep_roster(act, draw, place, roster)
    if rosters.opened is not None:
        await write_openings(act, draw, rosters.opened)


async def write_openings(act: Act, draw: str, opened: Sequence[Opening]) -> None:
    """Write what is opened, as part of the act that opens it."""
    sealed = ring().fields.seal(canonical(opened), draws.openings_context(draw))
    digest = openings_digest(opened).hex()
    await DrawOpening.insert(
        DrawOpening(draw=draw, openings=sealed, digest=digest, person=act.actor.person, act=act.id)
    )


async def run_draw(actor: Actor, draw: str, occasion: Occasion) -> DrawReceipt:
    """Apply the center's key to all inputs and log what they give; the order is fixed for good.

    A draw that waits for a round is run with that round, however late.

    Raises:
        RuleBroken: STEP_LAWFUL, REVEALS_COMPLETE, REVEALS_SEEN, ROUND_DUE, ROUND_AT_HAND,
            VRF_KEY_AT_HAND.
    """
    require(actor, RUN_DRAW)
    await bring_bound_round(actor, draw, occasion)

    async def deed(act: Act, found: Case, previous: int) -> DrawReceipt:
        state = advance(found.state, Step.DRAW)
        await check_inputs(found)
        beacon = await required_round(found)
        request = await draws.request(draw)
        assert request is not None
        check_key_at_hand(request.vrf_key, ring().vrf_secret(request.vrf_key) is not None)
        given = await queries.result(found, request, beacon)
        fact = Drawn(
            draw=draw,
            previous=previous,
            request=found.request,
            alpha=given.alpha.hex(),
            pi=given.pi.hex(),
            beacon=beacon.hex() if beacon else None,
            walk=given.walk.hex(),
        )
        ordinal = await act.record(fact, subject=found.subject)
        await write_result(act, draw, given.alpha.hex(), given)
        return act.answered(await write_step(act, found, "drawn", ordinal, state))

    return await take_step(actor, RUN_DRAW, occasion, draw, deed)


async def write_result(act: Act, draw: str, alpha: str, given: Result | None) -> None:
    """Write proof and lines as part of the act that makes them known.

    Without a result the center gave no proof: only what it should have been applied to is known.
    """
    await DrawResult.insert(
        DrawResult(
            draw=draw,
            alpha=alpha,
            pi=given.pi.hex() if given else "",
            beta=given.beta.hex() if given else "",
            walk=given.walk.hex() if given else "",
            act=act.id,
        )
    )
    if given:
        await DrawLine.insert(*line_rows(draw, given.lines, given.paths))


def line_rows(
    draw: str, lines: Sequence[Line], paths: Sequence[Sequence[bytes]], first: int = 0
) -> list[Any]:
    """Return the rows of consecutive lines of a walk, the first of them at number `first`."""
    return [
        DrawLine(
            id=f"{draw}/{number}",
            draw=draw,
            number=number,
            stratum=line.stratum,
            position=line.position,
            commitment=line.commitment.hex(),
            outcomes=json.dumps(list(line.outcomes)),
            inclusion=json.dumps([node.hex() for node in path]),
        )
        for number, (line, path) in enumerate(zip(lines, paths, strict=True), first)
    ]
