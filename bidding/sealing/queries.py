"""Sealed rosters read back: commitments whole, what they open to one block at a time."""

import zlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from bidding.sealing.rules import Candidate, Entry
from bidding.sealing.tables import SealedBlock
from oversight.keys.fields import FieldCipher

BLOCK_ENTRIES: Final = 4096
COMMITMENT_BYTES: Final = 32
ENTRIES: Final = msgspec.json.Decoder(list[Entry])
_EXPERTS: Final = msgspec.json.Decoder(list[Candidate])


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
    """Return what the commitments of one block of experts open to, in roster order."""
    return _EXPERTS.decode(await _block(draw, stratum, block, cipher))


async def entries(draw: str, stratum: int, block: int, cipher: FieldCipher) -> list[Entry]:
    """Return what the commitments of one block open to, in roster order, whatever was sealed."""
    return ENTRIES.decode(await _block(draw, stratum, block, cipher))


async def candidate(draw: str, stratum: int, position: int, cipher: FieldCipher) -> Candidate:
    """Return the expert to whom the commitment at one position opens."""
    block, place = divmod(position, BLOCK_ENTRIES)
    return (await people(draw, stratum, block, cipher))[place]


async def entry(draw: str, stratum: int, position: int, cipher: FieldCipher) -> Entry:
    """Return what the commitment at one position opens to, whatever was sealed."""
    block, place = divmod(position, BLOCK_ENTRIES)
    return (await entries(draw, stratum, block, cipher))[place]


async def everyone(draw: str, stratum: int, cipher: FieldCipher) -> AsyncIterator[Candidate]:
    """Yield the experts to whom a stratum's commitments open, in order, a block in memory."""
    for block in range(await _blocks(draw, stratum)):
        for one in await people(draw, stratum, block, cipher):
            yield one


async def everything(draw: str, stratum: int, cipher: FieldCipher) -> AsyncIterator[Entry]:
    """Yield what all commitments of a stratum open to, whatever was sealed; as `everyone`."""
    for block in range(await _blocks(draw, stratum)):
        for one in await entries(draw, stratum, block, cipher):
            yield one


async def _blocks(draw: str, stratum: int) -> int:
    rows = await SealedBlock.count().where(
        (SealedBlock.draw == draw) & (SealedBlock.stratum == stratum)
    )
    return int(rows)


async def _block(draw: str, stratum: int, block: int, cipher: FieldCipher) -> bytes:
    row = (
        await SealedBlock.select(SealedBlock.people)
        .where(SealedBlock.id == f"{draw}/{stratum}/{block}")
        .first()
    )
    assert row is not None, "a block of a sealed roster is missing"
    plain = cipher.open(bytes(row["people"]), block_context(draw, stratum, block))
    return zlib.decompress(plain)
