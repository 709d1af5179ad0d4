"""Whether the inputs of a draw are there: reveals, what witnesses saw of them, the round."""

from datetime import UTC, datetime, timedelta

from bidding.bundle.rules import EarlyProofs
from bidding.draw.rules import Case
from bidding.reveal.rules import HOURS_FOR_ROUND, Seen, check_reveals
from oversight.beacon import queries as beacon
from oversight.beacon.rules import ROUND_AT_HAND, round_second
from oversight.errors import RuleBroken
from oversight.ledger.effect import is_witnessed, seen_before
from oversight.ledger.nodes import inclusion_path
from oversight.ledger.queries import PlacedEntry, StoredCheckpoint, index_of


def due_second(case: Case) -> int:
    """Return the POSIX second of the round that the seal bound.

    Raises:
        RuleBroken: CHAIN_PINNED, where its chain is pinned here no longer.
    """
    assert case.beacon is not None, "the seal bound a round"
    return round_second(beacon.pinned_chain(case.beacon.chain), case.beacon.round)


async def check_inputs(case: Case) -> None:
    """Return only if all reveals are on the log, and were seen in time where that is asked for.

    Raises:
        RuleBroken: REVEALS_COMPLETE, REVEALS_SEEN, CHAIN_PINNED.
    """
    check_reveals(case, await _seen(case))


async def _seen(case: Case) -> Seen:
    if case.beacon is None:
        return Seen(witnessed=False, in_time=False)
    last = await _last_index(case, "revealed")
    witnessed = await is_witnessed(last if last is not None else await _newest_index(case))
    return Seen(witnessed, await in_time(case) is not None)


async def in_time(case: Case) -> StoredCheckpoint | None:
    """Return a checkpoint over all reveals that a quorum cosigned before the round; None if none.

    None as well without a beacon, and while a reveal is neither there nor named as missing.
    """
    if case.beacon is None or not case.request or case.silent():
        return None
    last = await _last_index(case, "revealed")
    return None if last is None else await seen_before(last, due_second(case))


async def early_proofs(case: Case) -> EarlyProofs | None:
    """Return the proofs that witnesses saw seal and reveals before the round (draw.md, Bundle)."""
    seen = await in_time(case)
    if seen is None:
        return None
    proofs = []
    for word in ("sealed", "revealed"):
        index = await _last_index(case, word)
        assert index is not None, "a checkpoint covers it"
        path = await inclusion_path(index, seen.size)
        proofs.append(PlacedEntry(index, path, seen).text())
    return EarlyProofs(*proofs)


async def round_of(case: Case) -> bytes | None:
    """Return the signature of the round that the seal bound, or None where it is not here."""
    assert case.beacon is not None, "the seal bound a round"
    found = await beacon.stored_signature(case.beacon.chain, case.beacon.round)
    return None if found is None else bytes.fromhex(found)


async def required_round(case: Case) -> bytes | None:
    """Return the round's signature for a run; None where the seal bound no round.

    Raises:
        RuleBroken: ROUND_AT_HAND.
    """
    if case.beacon is None:
        return None
    found = await round_of(case)
    if found is None:
        raise _not_here(case)
    return found


async def check_round_awaited(case: Case, at: datetime) -> None:
    """Refuse a closing that would hide a result: the round has come, and nobody brought it.

    A chain that gives no round for a day holds no closing up any longer.

    Raises:
        RuleBroken: ROUND_AT_HAND.
    """
    waited = at.timestamp() - due_second(case)
    if 0 <= waited < HOURS_FOR_ROUND * 3600:
        raise _not_here(case)


async def complete_since(case: Case) -> datetime | None:
    """Return since when all inputs are there, the round among them; None while one is missing."""
    revealed = case.complete_since()
    if revealed is None or case.beacon is None:
        return revealed
    if await round_of(case) is None:
        return None
    return max(revealed, datetime.fromtimestamp(0, UTC) + timedelta(seconds=due_second(case)))


def _not_here(case: Case) -> RuleBroken:
    assert case.beacon is not None
    number = case.beacon.round
    return RuleBroken(
        ROUND_AT_HAND,
        needed=f"`daylight beacon fetch {number}`, or its file by `daylight beacon carry`",
        chain=case.beacon.chain,
        round=number,
    )


async def _last_index(case: Case, word: str) -> int | None:
    found = [step for step in case.steps if step.word == word]
    return await index_of(found[-1].act, found[-1].ordinal) if found else None


async def _newest_index(case: Case) -> int:
    step = case.steps[-1]
    index = await index_of(step.act, step.ordinal)
    assert index is not None, "the newest step is in effect"
    return index
