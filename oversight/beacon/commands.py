"""Bringing rounds of public randomness in: each is verified first, and stored once."""

from datetime import datetime

from oversight.act import begin
from oversight.authority.rules import Actor, require
from oversight.beacon import queries
from oversight.beacon.facts import RoundStored
from oversight.beacon.relay import ask_relays
from oversight.beacon.rules import ROUND_DUE, STORE_ROUND, Chain, round_second, verify_round
from oversight.beacon.schema import RoundOrder, RoundView
from oversight.beacon.tables import BeaconRound
from oversight.configuration import settings
from oversight.database import WRITES_DO_NOT_COLLIDE, retried
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.values.instants import to_text


async def bring_round(actor: Actor, order: RoundOrder, occasion: Occasion) -> RoundView:
    """Store the round that somebody brings, or ask the relays for it.

    Raises:
        RuleBroken: as `store_round` and `fetch_round`.
        ProofRejected: the signature is not the chain's for this round; nothing is stored.
    """
    require(actor, STORE_ROUND)
    chain = queries.chain_asked_for(order.chain)
    if order.signature is None:
        return await fetch_round(actor, chain, order.round, occasion)
    signature = bytes.fromhex(order.signature)
    return await store_round(actor, chain, order.round, signature, occasion)


async def store_round(
    actor: Actor, chain: Chain, round: int, signature: bytes, occasion: Occasion
) -> RoundView:
    """Store a round whose signature holds; one that is stored already leaves no second entry.

    Raises:
        RuleBroken: PERMISSION_HELD.
        ProofRejected: the signature is not the chain's for this round; nothing is stored.
    """
    require(actor, STORE_ROUND)
    verify_round(chain, round, signature)

    async def attempt() -> RoundView:
        if stored := await queries.stored_view(chain.hash, round):
            if occasion.once is not None:
                occasion.once.tell(stored.act)
            return stored
        return await _store(actor, chain, round, signature.hex(), occasion)

    return await retried(attempt)


async def _store(
    actor: Actor, chain: Chain, round: int, signature: str, occasion: Occasion
) -> RoundView:
    async with begin(actor, STORE_ROUND, occasion) as act:
        if await queries.stored_signature(chain.hash, round) is not None:
            raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
        fact = RoundStored(chain=chain.hash, round=round, signature=signature)
        await act.record(fact, subject=chain.hash)
        await BeaconRound.insert(
            BeaconRound(
                id=f"{chain.hash}/{round}",
                chain=chain.hash,
                round=round,
                signature=signature,
                act=act.id,
            )
        )
        made = await queries.stored_view(chain.hash, round)
        assert made is not None
        return act.answered(made)


async def fetch_round(actor: Actor, chain: Chain, round: int, occasion: Occasion) -> RoundView:
    """Return a round that is stored, or ask the configured relays for it and store it.

    No transaction is open while relays are asked.

    Raises:
        RuleBroken: PERMISSION_HELD, ROUND_DUE, ROUND_AT_HAND.
    """
    require(actor, STORE_ROUND)
    if stored := await queries.stored_signature(chain.hash, round):
        return await store_round(actor, chain, round, bytes.fromhex(stored), occasion)
    check_due(chain, round, occasion.clock())
    signature = await ask_relays(settings().beacon_urls, chain, round)
    return await store_round(actor, chain, round, signature, occasion)


def check_due(chain: Chain, round: int, at: datetime) -> None:
    """Return only if the round's time has come.

    Raises:
        RuleBroken: ROUND_DUE.
    """
    if at.timestamp() < round_second(chain, round):
        due = queries.due_at(chain, round)
        when = to_text(due) if due else "a time that no calendar knows"
        raise RuleBroken(ROUND_DUE, needed=f"waiting until {when}", round=round)
