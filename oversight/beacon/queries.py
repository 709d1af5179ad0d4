"""Questions about chains that are pinned here, and about rounds that are stored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from oversight.beacon.chains import PINNED, with_chains
from oversight.beacon.rules import (
    CHAIN_PINNED,
    CHAINS_READABLE,
    ROUND_STORED,
    Chain,
    round_second,
)
from oversight.beacon.schema import ChainView, RoundView
from oversight.beacon.tables import BeaconRound
from oversight.configuration import settings
from oversight.errors import RuleBroken
from oversight.values.instants import to_text
from oversight.wire import PAGE_LIMIT, Page, page_of, read_cursor


def pinned_chains() -> Mapping[str, Chain]:
    """Return the chains that this instance pins, by hash.

    Raises:
        RuleBroken: CHAINS_READABLE.
    """
    return _chains(settings().beacon_chains_file)


def pinned_chain(name: str) -> Chain:
    """Return the chain that is pinned under this hash.

    Raises:
        RuleBroken: CHAIN_PINNED, CHAINS_READABLE.
    """
    chain = pinned_chains().get(name)
    if chain is None:
        known = ", ".join(sorted(pinned_chains()))
        raise RuleBroken(CHAIN_PINNED, needed=f"one of {known}", chain=name)
    return chain


def chain_in_use() -> Chain | None:
    """Return the chain of which draws sealed now bind a round; None where they bind none.

    Raises:
        RuleBroken: CHAIN_PINNED, CHAINS_READABLE, where the settings name what is not pinned.
    """
    name = settings().beacon_chain
    return pinned_chain(name) if name else None


def chain_asked_for(name: str | None) -> Chain:
    """Return the chain of this hash, or the one in use where none is named.

    Raises:
        RuleBroken: CHAIN_PINNED, CHAINS_READABLE.
    """
    chain = pinned_chain(name) if name else chain_in_use()
    if chain is None:
        raise RuleBroken(CHAIN_PINNED, needed="the hash of a chain: no chain is in use here")
    return chain


def due_at(chain: Chain, round: int) -> datetime | None:
    """Return the instant at which a round is due; None where no calendar reaches so far."""
    try:
        return datetime.fromtimestamp(round_second(chain, round), UTC)
    except (OverflowError, ValueError, OSError):
        return None


async def stored_signature(chain: str, round: int) -> str | None:
    """Return the signature (hex) of a round that is stored; None if it is not."""
    found = await _row(chain, round)
    return None if found is None else str(found["signature"])


async def stored_view(chain: str, round: int) -> RoundView | None:
    """Return a round that is stored; None if it is not."""
    found = await _row(chain, round)
    return None if found is None else _view(found)


async def round_view(chain: str | None, round: int) -> RoundView:
    """Return a stored round of a chain, of the one in use where none is named.

    Raises:
        RuleBroken: ROUND_STORED, CHAIN_PINNED, CHAINS_READABLE.
    """
    found = await stored_view(chain_asked_for(chain).hash, round)
    if found is None:
        raise RuleBroken(ROUND_STORED, needed="a round that was fetched or carried in", round=round)
    return found


async def rounds(cursor: str = "", limit: int = PAGE_LIMIT) -> Page[RoundView]:
    """Return a page of the rounds that are stored, those of one chain together."""
    query = BeaconRound.select().order_by(BeaconRound.id).limit(limit + 1)
    if after := read_cursor(cursor, str):
        query = query.where(BeaconRound.id > after[0])
    rows = await query
    page = page_of([str(row["id"]) for row in rows], limit, str)
    return Page([_view(row) for row in rows[:limit]], page.next)


def chains() -> Page[ChainView]:
    """Return the chains that this instance pins, as whoever makes a trust file reads them."""
    used = settings().beacon_chain
    return Page(
        [
            ChainView(
                one.hash, one.public_key, one.scheme, one.period, one.genesis, one.hash == used
            )
            for one in pinned_chains().values()
        ]
    )


async def _row(chain: str, round: int) -> Mapping[str, Any] | None:
    return await BeaconRound.select().where(BeaconRound.id == f"{chain}/{round}").first()


def _view(row: Mapping[str, Any]) -> RoundView:
    chain = pinned_chains().get(row["chain"])
    due = due_at(chain, row["round"]) if chain else None
    return RoundView(
        row["chain"],
        row["round"],
        to_text(due) if due else None,
        row["signature"],
        sha256(bytes.fromhex(row["signature"])).hexdigest(),
        row["act"],
    )


@cache
def _chains(file: str) -> Mapping[str, Chain]:
    if not file:
        return PINNED
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise RuleBroken(CHAINS_READABLE, needed="a readable file in UTF-8") from None
    return with_chains(text)
