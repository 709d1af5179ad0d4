"""Sealing rosters: the heavy work off the event loop, the result in whole encrypted blocks."""

import asyncio
import zlib
from collections.abc import Iterator, Sequence

import msgspec

from bidding.sealing.queries import BLOCK_ENTRIES, block_context
from bidding.sealing.rules import Entry, ranked, roster_root, seal_entries
from bidding.sealing.tables import SealedBlock
from oversight.act import Act
from oversight.database import bulk_insert
from oversight.keys.fields import FieldCipher

_FAST = 1  # zlib level: names and codes shrink to a third; more effort gains little

_COLUMNS = ("id", "draw", "stratum", "block", "size", "commitments", "people", "act")


class SealedRoster(msgspec.Struct, frozen=True):
    """One stratum as the seal fixed it."""

    size: int  # entries
    root: bytes  # 32 bytes, over the ascending commitments
    blocks: Sequence[tuple[int, bytes, bytes]]  # size, commitments, encrypted people


async def seal_roster(
    secret: bytes, candidates: Sequence[Entry], cipher: FieldCipher, draw: str, stratum: int
) -> SealedRoster:
    """Commit to every entry of a stratum, order them, and close what opens them.

    Runs in a thread: a million experts take seconds, and the service goes on answering.
    """
    return await asyncio.to_thread(_seal, secret, candidates, cipher, draw, stratum)


async def keep_roster(act: Act, draw: str, stratum: int, roster: SealedRoster) -> None:
    """Write a sealed roster as part of the act that seals the draw."""
    rows = (
        (f"{draw}/{stratum}/{number}", draw, stratum, number, size, commitments, people, act.id)
        for number, (size, commitments, people) in enumerate(roster.blocks)
    )
    await bulk_insert(SealedBlock, _COLUMNS, rows)


def _seal(
    secret: bytes, candidates: Sequence[Entry], cipher: FieldCipher, draw: str, stratum: int
) -> SealedRoster:
    commitments = seal_entries(secret, candidates)
    order = ranked(commitments)
    roster = [commitments[place] for place in order]
    blocks = [
        (len(piece), b"".join(roster[start : start + len(piece)]), _closed(piece, cipher, context))
        for start, piece, context in _pieces(candidates, order, draw, stratum)
    ]
    return SealedRoster(len(roster), roster_root(roster), blocks)


def _pieces(
    candidates: Sequence[Entry], order: Sequence[int], draw: str, stratum: int
) -> Iterator[tuple[int, list[Entry], str]]:
    """Yield the first position, the people and the encryption context of each block."""
    for start in range(0, len(order), BLOCK_ENTRIES):
        piece = [candidates[place] for place in order[start : start + BLOCK_ENTRIES]]
        yield start, piece, block_context(draw, stratum, start // BLOCK_ENTRIES)


def _closed(piece: Sequence[Entry], cipher: FieldCipher, context: str) -> bytes:
    return cipher.seal(zlib.compress(msgspec.json.encode(piece), _FAST), context)
