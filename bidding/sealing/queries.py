"""Sealed rosters read back: commitments whole, people one block at a time."""

import zlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from bidding.sealing.rules import Candidate
from bidding.sealing.tables import SealedBlock
from oversight.keys.fields import FieldCipher

BLOCK_ENTRIES: Final = 4096
COMMITMENT_BYTES: Final = 32


def block_context(draw: str, stratum: int, block: int) -> str:
    """Return what a block's encryption is bound to: it opens in its own place only."""
    return f"sealed_block/{draw}/{stratum}/{block}"


async def roster(draw: str, stratum: int) -> list[bytes]:
    """Return the commitments of a stratum in roster order."""
    rows = (
        await SealedBlock.select(SealedBlock.commitments)
        .where((SealedBlock.draw == draw) & (SealedBlock.stratum == stratum))
        .order_by(SealedBlock.block)
    )
    whole = b"".join(bytes(row["commitments"]) for row in rows)
    return [whole[at : at + COMMITMENT_BYTES] for at in range(0, len(whole), COMMITMENT_BYTES)]


async def people(draw: str, stratum: int, block: int, cipher: FieldCipher) -> list[Candidate]:
    """Return what the commitments of one block open to, in roster order."""
    row = (
        await SealedBlock.select(SealedBlock.people)
        .where(SealedBlock.id == f"{draw}/{stratum}/{block}")
        .first()
    )
    assert row is not None, "a block of a sealed roster is missing"
    plain = cipher.open(bytes(row["people"]), block_context(draw, stratum, block))
    return msgspec.json.decode(zlib.decompress(plain), type=list[Candidate])


async def candidate(draw: str, stratum: int, position: int, cipher: FieldCipher) -> Candidate:
    """Return what the commitment at one position opens to."""
    block, place = divmod(position, BLOCK_ENTRIES)
    return (await people(draw, stratum, block, cipher))[place]


async def everyone(draw: str, stratum: int, cipher: FieldCipher) -> AsyncIterator[Candidate]:
    """Yield what all commitments of a stratum open to, in roster order, a block in memory."""
    blocks = await SealedBlock.count().where(
        (SealedBlock.draw == draw) & (SealedBlock.stratum == stratum)
    )
    for block in range(blocks):
        for one in await people(draw, stratum, block, cipher):
            yield one
