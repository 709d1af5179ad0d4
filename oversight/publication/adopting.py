"""Taking over as signer: a new state, made from everything that was ever seen of this log.

The state of a signer is not in any backup. Where it is lost, or another host takes over, the
largest checkpoint that the database, the public files and the witnesses hold takes its place;
signing goes on only where the database extends all of them.
"""

import asyncio
from collections.abc import Collection
from pathlib import Path

import httpx

from oversight.errors import ProofRejected, Rule, RuleBroken
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.effect import adopted_policies, eras_now
from oversight.ledger.guard import LOG_UNBROKEN
from oversight.ledger.nodes import root_at
from oversight.ledger.own_keys import own_keys
from oversight.ledger.policy import PolicyWitness
from oversight.ledger.queries import StoredCheckpoint, entry, head_of, newest_checkpoint
from oversight.ledger.rules import EMPTY_ROOT
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.terms import terms
from oversight.publication.collecting import (
    WitnessFailed,
    seen_last,
    witness_client,
    witnesses_of,
)
from oversight.publication.source import CHECKPOINT
from oversight.signer.state import SignerState

WITNESSES_ASKED = Rule(
    "signer.witnesses_asked",
    "Whoever takes over as signer has asked every witness what it saw of this log last.",
    "design: ledger.md#Checkpoint",
)


async def adopted_state(without: Collection[str] = ()) -> SignerState:
    """Return the state with which a signer can go on from all that was seen of this log.

    Args:
        without: names of witnesses that cannot be asked, and whose silence the operator accepts.

    Raises:
        RuleBroken: WITNESSES_ASKED, naming those that do not answer; LOG_UNBROKEN, where the
            database does not reach, or contradicts, a checkpoint under this log's own key.
        ProofRejected: the newest stored checkpoint is not the log's.
    """
    newest = await newest_checkpoint()
    seen = [*_published(), *await _seen_by_witnesses(newest, without)]
    if newest is not None:
        seen.append(open_checkpoint(newest.note, terms().origin, own_keys())[0])
    for checkpoint in seen:
        await _require_reached(checkpoint)
    largest = max(seen, key=lambda one: one.size, default=None)
    if largest is None or newest is None:
        return SignerState(terms().origin, 0, EMPTY_ROOT.hex())
    adopted = [change.index for change in await adopted_policies(newest)]
    policies = tuple([(index, (await entry(index)).leaf.hex()) for index in adopted])
    eras = tuple((era.above, era.index) for era in await eras_now() if era.index >= 0)
    return SignerState(terms().origin, largest.size, largest.root.hex(), policies, eras)


async def _seen_by_witnesses(
    newest: StoredCheckpoint | None, without: Collection[str]
) -> list[Checkpoint]:
    """Return what each witness saw last."""
    witnesses = [one for one in await witnesses_of(newest) if one.name not in without]
    async with witness_client() as client:
        answers = await asyncio.gather(*(_seen(client, one) for one in witnesses))
    silent = [one.name for one, answer in zip(witnesses, answers, strict=True) if answer is None]
    if silent:
        needed = "their answer, or --without for each of them"
        raise RuleBroken(WITNESSES_ASKED, needed=needed, silent=", ".join(silent))
    return [checkpoint for answer in answers if answer for checkpoint in answer]


async def _seen(client: httpx.AsyncClient, witness: PolicyWitness) -> list[Checkpoint] | None:
    """Return what one witness saw: nothing yet is an answer, silence is None."""
    try:
        seen = await seen_last(client, witness)
    except (WitnessFailed, ProofRejected):
        return None
    return [] if seen is None else [seen]


def _published() -> list[Checkpoint]:
    """Return the checkpoint among the public files, if there is one under our own keys."""
    directory = terms().public_dir
    if directory is None:
        return []
    try:
        note = Path(directory, CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return []
    return [open_checkpoint(note, terms().origin, own_keys())[0]]


async def _require_reached(seen: Checkpoint) -> None:
    size, _ = await head_of()
    needed = "`daylight recover` first"
    if seen.size > size:
        raise RuleBroken(LOG_UNBROKEN, needed=needed, seen=seen.size, here=size)
    if await root_at(seen.size) != seen.root:
        raise RuleBroken(LOG_UNBROKEN, needed="the database of this log", differs_at=seen.size)
