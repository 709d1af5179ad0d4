"""Questions about what is open, what waits, and where a receipt stands."""

from datetime import datetime
from typing import Any

import msgspec

from oversight.blind.facts import BlindLogged
from oversight.blind.rules import (
    LEAVES,
    blind_path,
    blind_root,
    check_pads_openable,
    leaves_of,
    pad_salt,
    unpacked,
)
from oversight.blind.schema import OpenedPad, PadsView
from oversight.database import run
from oversight.errors import ProofRejected, RuleBroken
from oversight.ledger import queries as ledger
from oversight.ledger.rules import ENTRY_EXISTS
from oversight.values.instants import from_micro_text


class ReceiptPlace(msgspec.Struct, frozen=True):
    """Where a receipt stands: what its holder adds to it to prove that it was logged."""

    act: str  # of the blind entry, its only entry
    index: int | None  # of the blind entry on the log; None until it has one
    position: int  # among the 256 leaves
    path: list[bytes]  # 8 hashes, the sibling first


async def is_open() -> bool:
    """Tell whether anything must stay uncounted now."""
    return bool(await run("SELECT id FROM uncounted WHERE closed_act IS NULL LIMIT 1"))


async def waiting() -> int:
    """Return how many receipts wait for a blind entry; a closing waits until there are none."""
    rows = await run("SELECT count(*) AS rows FROM blind_receipt WHERE due IS NULL")
    return int(rows[0]["rows"])


async def is_due() -> bool:
    """Tell whether a blind entry must be logged in this interval."""
    return await is_open() or bool(
        await run("SELECT id FROM blind_receipt WHERE due IS NULL LIMIT 1")
    )


async def is_logged(due: int) -> bool:
    """Tell whether the interval that began at `due` (POSIX) has its blind entry."""
    return bool(await run("SELECT due FROM blind_entry WHERE due = {}", due))


async def next_receipts() -> list[tuple[int, bytes]]:
    """Return id and leaf of the receipts that waited longest: what one blind entry takes."""
    rows = await run(
        "SELECT id, leaf FROM blind_receipt WHERE due IS NULL ORDER BY id LIMIT {}", LEAVES
    )
    return [(row["id"], bytes(row["leaf"])) for row in rows]


async def receipt_path(leaf: bytes) -> ReceiptPlace | None:
    """Return where a receipt (its 32-byte digest) stands; None while it waits, or if unknown.

    Raises:
        ProofRejected: the blind entry's rows no longer lead to the root that was logged.
    """
    rows = await run(
        "SELECT blind_entry.act, seed, receipts, position FROM blind_receipt"
        " JOIN blind_entry ON blind_entry.due = blind_receipt.due WHERE leaf = {}"
        " ORDER BY blind_receipt.id LIMIT 1",
        leaf,
    )
    if not rows:
        return None
    row = rows[0]
    leaves, position = _leaves(row), int(row["position"])
    index = await ledger.index_of(row["act"], 0)
    if leaves[position] != leaf:
        raise ProofRejected(f"blind entry of act {row['act']}: another leaf at this position")
    if index is not None:
        _require_root(leaves, await ledger.entry(index))
    told = await ledger.covered_index_of(row["act"], 0)
    return ReceiptPlace(row["act"], told, position, blind_path(leaves, position))


async def pads(index: int) -> PadsView:
    """Return the pads of a blind entry opened, and all its leaves; the rest stay closed.

    Raises:
        RuleBroken: ENTRY_EXISTS, when no checkpoint covers a blind entry at `index`;
            PADS_OPENED_LATER.
        ProofRejected: the blind entry's rows no longer lead to the root that was logged.
    """
    logged = await ledger.covered_entry(index)
    rows = await run("SELECT act, seed, receipts FROM blind_entry WHERE act = {}", logged.act)
    if not rows or logged.kind != BlindLogged.kind:
        raise RuleBroken(ENTRY_EXISTS, needed="the index of a blind entry", index=index)
    at = from_micro_text(logged.entry().at)
    check_pads_openable(await _open_since(at))
    leaves, receipts = _leaves(rows[0]), unpacked(bytes(rows[0]["receipts"]))
    _require_root(leaves, logged)
    seed = bytes(rows[0]["seed"])
    opened = [OpenedPad(n, pad_salt(seed, n).hex()) for n in range(LEAVES) if n not in receipts]
    return PadsView(index, blind_root(leaves).hex(), [leaf.hex() for leaf in leaves], opened)


async def _open_since(at: datetime) -> int:
    """Return how many things that were open at an instant are still open."""
    rows = await run(
        "SELECT count(*) AS rows FROM uncounted WHERE closed_act IS NULL AND opened_at <= {}", at
    )
    return int(rows[0]["rows"])


def _leaves(row: Any) -> list[bytes]:
    try:
        return leaves_of(bytes(row["seed"]), unpacked(bytes(row["receipts"])))
    except ValueError:
        raise ProofRejected(f"blind entry of act {row['act']}: its receipts are spoiled") from None


def _require_root(leaves: list[bytes], logged: ledger.LoggedEntry) -> None:
    if blind_root(leaves).hex() != logged.entry().body.get("root"):
        raise ProofRejected(f"blind entry of act {logged.act}: its rows lead to another root")
