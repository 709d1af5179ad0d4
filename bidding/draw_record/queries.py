"""The bundle: everything that a verifier needs beside the trust file, under one checkpoint."""

import json
from collections.abc import AsyncIterator, Sequence

import msgspec

from bidding.bundle.rules import (
    EVALUATION_COMMITTEE,
    OPEN_PURPOSES,
    BeaconValue,
    Bundle,
    Earlier,
    EarlyProofs,
    LoggedEntry,
    LogPart,
    Opening,
    Request,
    Reveal,
    VrfResult,
    WalkLine,
)
from bidding.closing.rules import State
from bidding.committee.queries import line_of
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw.schema import OrderView
from bidding.draw.tables import DrawLine, DrawRequest, DrawResult
from bidding.draw_end.queries import stored_openings
from bidding.draw_record.rules import (
    BUNDLE_PUBLIC,
    BUNDLE_SEALED,
    Ask,
    check_reader,
    check_taking,
    sees_openings,
)
from bidding.draw_record.tables import AuditorFileRelease
from bidding.lottery.rules import PROTOCOL
from bidding.reveal.queries import early_proofs, round_of
from bidding.sealing.queries import BLOCK_ENTRIES, everything
from bidding.sealing.rules import Candidate, Entry
from bidding.supplement import queries as supplements
from oversight.authority.rules import Actor
from oversight.custody.queries import key_entry
from oversight.custody.rules import DRAW_VRF
from oversight.database import reading
from oversight.errors import RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.effect import proof_of
from oversight.ledger.queries import LoggedEntry as Logged
from oversight.ledger.queries import PlacedEntry, entry, wait_index
from oversight.rulebook.rules import edition
from oversight.values.digests import to_base64


async def readable(actor: Actor, draw: str) -> Case:
    """Return a draw to those who may read it.

    Raises:
        RuleBroken: DRAW_EXISTS, READER_ENTITLED.
    """
    found = await draws.case(draw)
    check_reader(actor, [one.party for one in found.senders])
    return found


async def request_for(actor: Actor, draw: str) -> Request:
    """Return the sealed request, for those who may read it.

    Raises:
        RuleBroken: DRAW_EXISTS, READER_ENTITLED, BUNDLE_SEALED.
    """
    await readable(actor, draw)
    return await _request(draw)


async def order_for(actor: Actor, draw: str) -> OrderView:
    """Return what was ordered, for those who may read it.

    Raises:
        RuleBroken: DRAW_EXISTS, READER_ENTITLED.
    """
    found = await draws.order(draw)
    check_reader(actor, found.contributors)
    return found


async def bundle(actor: Actor, draw: str) -> Bundle:
    """Return the draw's bundle as far as it got, with the openings if they are for this reader.

    Raises:
        RuleBroken: DRAW_EXISTS, READER_ENTITLED, BUNDLE_SEALED; PRIOR_ENTRY_EFFECTIVE where the
            newest entry still waits for its checkpoint after some seconds.
    """
    await _all_in_effect(draw)
    async with reading():
        found = await readable(actor, draw)
        return await _bundle(actor, found)


async def public_bundle(draw: str) -> Bundle:
    """Return the bundle of a draw of which nothing is secret.

    Raises:
        RuleBroken: DRAW_EXISTS, BUNDLE_PUBLIC, BUNDLE_SEALED, PRIOR_ENTRY_EFFECTIVE.
    """
    await _all_in_effect(draw)
    async with reading():
        found = await draws.case(draw)
        if found.purpose not in OPEN_PURPOSES:
            raise RuleBroken(BUNDLE_PUBLIC, needed="a draw of items with public labels")
        return await _bundle(None, found)


async def _all_in_effect(draw: str) -> None:
    for one in (draw, *(one.id for one in await supplements.lineage(await draws.case(draw)))):
        newest = await draws.newest_step(one)
        await draws.in_effect(newest.act, newest.ordinal)


async def asked(draw: str) -> Ask | None:
    """Return the request for a draw's auditor's file, or None."""
    row = await AuditorFileRelease.select().where(AuditorFileRelease.draw == draw).first()
    return None if row is None else Ask(row["person"], row["act"], row["approver"])


async def may_take(actor: Actor, draw: str) -> None:
    """Return only if this auditor may have the auditor's file now.

    Raises:
        RuleBroken: DRAW_EXISTS, BUNDLE_SEALED, AUDITOR_FILE_RELEASED.
    """
    found = await draws.case(draw)
    if not found.request:
        raise RuleBroken(BUNDLE_SEALED, needed="a sealed draw")
    check_taking(found.state is State.IDENTIFIED, await asked(draw), actor.person)


async def auditor_file(draw: str) -> AsyncIterator[bytes]:
    """Yield the auditor's file as JSON, a block of experts in memory.

    Who asks was checked with `may_take`; whoever reads this sees every expert of the rosters.
    """
    row = await DrawRequest.select().where(DrawRequest.draw == draw).first()
    assert row is not None, "the draw is sealed"
    cipher = ring().fields
    secret = cipher.open(bytes(row["secret"]), draws.secret_context(draw))
    yield b'{"secret":"' + secret.hex().encode() + b'","entries":['
    for place in range(len((await _request(draw)).strata)):
        yield b"," if place else b""
        async for piece in _array(everything(draw, place, cipher)):
            yield piece
    excluded = cipher.open(bytes(row["excluded"]), draws.excluded_context(draw))
    yield b'],"excluded":' + excluded + b"}"


def _audited(one: Entry) -> Candidate | dict[str, str]:
    """Return an entry as the auditor's file tells it: both parts together."""
    return one if isinstance(one, Candidate) else one.identity | one.attributes


async def _array(people: AsyncIterator[Entry]) -> AsyncIterator[bytes]:
    yield b"["
    held: list[bytes] = []
    begun = False
    async for one in people:
        held.append(msgspec.json.encode(_audited(one)))
        if len(held) == BLOCK_ENTRIES:
            yield (b"," if begun else b"") + b",".join(held)
            held, begun = [], True
    yield (b"," if begun and held else b"") + b",".join(held) + b"]"


async def _bundle(actor: Actor | None, found: Case) -> Bundle:
    request = await _request(found.id)
    before = [one for one in await _attempts(found) if one.attempt < found.attempt]
    return Bundle(
        protocol=PROTOCOL,
        request=request,
        parent=await _bundle(actor, await draws.case(found.of)) if found.of else None,
        earlier=[await _earlier(one) for one in before],
        reveals=_reveals(found),
        beacon=await _beacon(found),
        vrf=await _vrf(found.id),
        walk=await _walk(found.id),
        openings=await _openings(actor, found),
        log=await _log([*before, found], await early_proofs(found)),
    )


async def _openings(actor: Actor | None, found: Case) -> list[Opening]:
    """Return the openings, if they are for this reader; None reads what everybody may."""
    if found.purpose in OPEN_PURPOSES:
        return await stored_openings(found.id)
    assert actor is not None, "only what is open from the seal on has readers without a name"
    parties = [one.party for one in found.senders]
    shown = sees_openings(actor, parties, edition(found.rulebook).draw.identities)
    return await stored_openings(found.id) if shown else []


async def _attempts(found: Case) -> list[Case]:
    if found.of is not None:
        return await supplements.attempts(found.of, found.purpose)
    formed = found.purpose == EVALUATION_COMMITTEE
    subjects = await line_of(found.subject) if formed else [found.subject]
    return await draws.attempts(subjects, found.purpose)


async def _request(draw: str) -> Request:
    request = await draws.request(draw)
    if request is None:
        raise RuleBroken(BUNDLE_SEALED, needed="a sealed draw")
    return request


async def _earlier(found: Case) -> Earlier:
    request = await draws.request(found.id)
    if request is None:
        return Earlier(request=None, reveals=[], beacon=None, vrf=None, walk=[], draw=found.id)
    return Earlier(
        request=request,
        reveals=_reveals(found),
        beacon=await _beacon(found),
        vrf=await _vrf(found.id),
        walk=await _walk(found.id),
    )


def _reveals(found: Case) -> list[Reveal]:
    return [
        Reveal(party=one.party, nonce=one.nonce or None, signature=one.signature or None)
        for one in found.senders
    ]


async def _beacon(found: Case) -> BeaconValue | None:
    """Return the bound round, with its signature where that went into a result.

    A round that came after the closing of a draw is none of its inputs.
    """
    if found.beacon is None:
        return None
    entered = await DrawResult.exists().where(DrawResult.draw == found.id)
    signature = await round_of(found) if entered else None
    return BeaconValue(
        chain=found.beacon.chain,
        round=found.beacon.round,
        signature=signature.hex() if signature else None,
    )


async def _vrf(draw: str) -> VrfResult | None:
    row = await DrawResult.select().where(DrawResult.draw == draw).first()
    if row is None:
        return None
    return VrfResult(alpha=row["alpha"], pi=row["pi"] or None, beta=row["beta"] or None)


async def _walk(draw: str) -> list[WalkLine]:
    rows = await DrawLine.select().where(DrawLine.draw == draw).order_by(DrawLine.number)
    return [
        WalkLine(
            stratum=row["stratum"],
            position=row["position"],
            commitment=row["commitment"],
            outcomes=json.loads(row["outcomes"]),
            inclusion=json.loads(row["inclusion"]),
        )
        for row in rows
    ]


async def _log(cases: Sequence[Case], early: EarlyProofs | None) -> LogPart:
    """Return all entries of these attempts and of their VRF keys, under the newest checkpoint."""
    logged = await _key_entries(cases)
    for one in cases:
        for step in one.steps:
            logged.append(await entry(await wait_index(step.act, step.ordinal)))
    placed = [await proof_of(one.index) for one in logged]
    notes = {one.checkpoint.note for one in placed}
    assert len(notes) == 1, "one state of the log has one newest checkpoint"
    return LogPart(
        checkpoint=notes.pop(),
        early=early,
        entries=[_with_path(one, place) for one, place in zip(logged, placed, strict=True)],
    )


async def _key_entries(cases: Sequence[Case]) -> list[Logged]:
    requests = [await draws.request(one.id) for one in cases]
    keys = dict.fromkeys(request.vrf_key for request in requests if request is not None)
    found = [await key_entry(DRAW_VRF, key) for key in keys]
    return sorted((one for one in found if one is not None), key=lambda one: one.index)


def _with_path(logged: Logged, placed: PlacedEntry) -> LoggedEntry:
    return LoggedEntry(
        kind=logged.kind,
        index=logged.index,
        leaf=to_base64(logged.data),
        inclusion=[node.hex() for node in placed.path],
    )
