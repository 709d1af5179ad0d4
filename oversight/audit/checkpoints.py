"""Stored checkpoints and cosignatures: signed by whom they say, over the tree that is there."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from oversight.audit.actual import BROKEN, decoded, selection
from oversight.audit.scratch import Scratch
from oversight.custody.facts import KeyPublished
from oversight.custody.rules import LOG_KEY_TYPES
from oversight.database import run
from oversight.errors import ProofRejected
from oversight.ledger.facts import read_entry
from oversight.ledger.nodes import root_at
from oversight.ledger.notes import (
    PUBLIC_KEY_BYTES,
    VerifierKey,
    make_vkey,
    note_parts,
    open_note,
    parse_vkey,
)
from oversight.ledger.own_keys import own_keys
from oversight.ledger.queries import LoggedEntry
from oversight.ledger.rules import EMPTY_ROOT, Frontier
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.tables import CheckpointRow, CosignatureRow
from oversight.ledger.terms import terms

COLUMNS = ("size", "root", "note")
COSIGNATURE_COLUMNS = ("size", "name", "key_id", "line", "at")
UNKNOWN_SIGNERS = "checkpoints with unknown signers"
PAGE = 200  # checkpoints looked at together
ORPHANS_SHOWN = 100
Row = Mapping[str, Any]
Cosigner = tuple[VerifierKey, int]  # with the POSIX second that it claims


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint with the cosignatures below it, as they are stored."""

    row: Row
    cosignatures: list[Row]


def note_key(scratch: Scratch, logged: LoggedEntry) -> None:
    """Remember a key of the log that an entry publishes."""
    if logged.kind != KeyPublished.kind:
        return
    body = read_entry(logged.data).body
    type_ = LOG_KEY_TYPES.get(str(body.get("purpose")))
    public = bytes.fromhex(str(body.get("key", "")))
    if type_ is not None and len(public) == PUBLIC_KEY_BYTES[type_]:
        vkey = make_vkey(terms().origin, public, type_)
        scratch.ask("INSERT OR IGNORE INTO known_key VALUES (?)", vkey)


def log_keys(scratch: Scratch, keys: bool) -> list[VerifierKey]:
    """Return whom to believe in for the log: its keys here, and those that it published."""
    known = [parse_vkey(text) for (text,) in scratch.ask("SELECT vkey FROM known_key")]
    if keys:
        known += own_keys()
    return list(dict.fromkeys(known))


async def read_checkpoints(above: int, up_to: int, limit: int) -> list[Row]:
    """Return stored checkpoints of sizes above one and up to another, smallest first."""
    rows = await run(
        f"SELECT {selection(CheckpointRow, COLUMNS)} FROM checkpoint"  # noqa: S608
        " WHERE size > {} AND size <= {} ORDER BY checkpoint.size LIMIT {}",
        above,
        up_to,
        limit,
    )
    return [decoded(CheckpointRow, row) for row in rows]


def check_roots(
    scratch: Scratch, rows: Sequence[Row], frontier: Frontier, leaves: Sequence[bytes]
) -> None:
    """Grow the tree by the leaves of a stretch, and hold the checkpoints on the way against it."""
    waiting = {row["size"]: row for row in rows}
    if 0 in waiting:
        _check_root(scratch, waiting[0], EMPTY_ROOT)
    for leaf in leaves:
        frontier.append(leaf)
        if frontier.size in waiting:
            _check_root(scratch, waiting[frontier.size], frontier.root())


async def check_late_roots(scratch: Scratch, above: int, up_to: int) -> None:
    """Hold checkpoints that were signed after their size was passed against the stored tiles."""
    while rows := await read_checkpoints(above, up_to, PAGE):
        for row in rows:
            try:
                _check_root(scratch, row, await root_at(row["size"]))
            except ProofRejected as fault:
                scratch.differ("checkpoint", (row["size"],), "root", str(fault))
        above = rows[-1]["size"]


def _check_root(scratch: Scratch, row: Row, root: bytes) -> None:
    if row["root"] != root:
        what = "is not the root of that many entries"
        scratch.differ("checkpoint", (row["size"],), "root", what)


async def read_signed(above: int, up_to: int) -> list[Signed]:
    """Return a page of checkpoints with their cosignatures; ask inside of `reading()`."""
    rows = await read_checkpoints(above, up_to, PAGE)
    if not rows:
        return []
    lines = await run(
        f"SELECT {selection(CosignatureRow, COSIGNATURE_COLUMNS)} FROM cosignature"  # noqa: S608
        " WHERE size BETWEEN {} AND {} ORDER BY cosignature.size, cosignature.name,"
        " cosignature.key_id",
        rows[0]["size"],
        rows[-1]["size"],
    )
    found: dict[int, list[Row]] = {row["size"]: [] for row in rows}
    for line in lines:
        row = decoded(CosignatureRow, line)
        if row["size"] in found:
            found[row["size"]].append(row)
    return [Signed(row, found[row["size"]]) for row in rows]


async def check_orphans(scratch: Scratch) -> None:
    """Name cosignatures below no checkpoint."""
    rows = await run(
        f"SELECT {selection(CosignatureRow, ('size', 'name', 'key_id'), 'c')}"  # noqa: S608
        " FROM cosignature c LEFT JOIN checkpoint p ON p.size = c.size WHERE p.size IS NULL"
        " ORDER BY c.size LIMIT {}",
        ORPHANS_SHOWN,
    )
    for bare in rows:
        row = decoded(CosignatureRow, bare)
        key = (row["size"], str(row["name"]), str(row["key_id"]))
        scratch.differ("cosignature", key, "size", "there is no such checkpoint")


def check_note(scratch: Scratch, row: Row, keys: Sequence[VerifierKey], every: bool) -> None:
    """Name what is wrong with a checkpoint's note.

    `every`: all keys of the log are known, so that each line must be by one of them.
    """
    size = row["size"]
    try:
        if row["note"] is BROKEN:
            raise ProofRejected("the note is no text")
        signers = {identity for _, identity, _ in note_parts(row["note"])[1]}
        known = {key.id for key in keys}
        if not every and not signers <= known:
            scratch.count(UNKNOWN_SIGNERS)
            if not signers & known:
                return
        checkpoint, _ = open_checkpoint(row["note"], terms().origin, keys)
        if every and not signers <= known:
            raise ProofRejected("a line is by no key of this log")
    except ProofRejected as fault:
        scratch.differ("checkpoint", (size,), "note", str(fault))
        return
    if checkpoint.size != size:
        scratch.differ("checkpoint", (size,), "size", "differs from the note")
    if checkpoint.root != row["root"]:
        scratch.differ("checkpoint", (size,), "root", "differs from the note")


def check_cosignature(
    scratch: Scratch, note: object, row: Row, known: Sequence[VerifierKey]
) -> Cosigner | None:
    """Name what is wrong with a cosignature; return who cosigned, if it holds."""
    key = (row["size"], str(row["name"]), str(row["key_id"]))
    try:
        text, _ = note_parts(str(note))
        under = f"{text}\n{row['line']}"
        lines = note_parts(under)[1]
        if len(lines) != 1:
            raise ProofRejected("is not one line")
        name, identity, _ = lines[0]
        meant = [one for one in known if (one.name, one.id) == (name, identity)]
        if not meant:
            raise ProofRejected("no policy on the log names this witness")
        (cosigner,) = open_note(under, meant[:1]).cosigned
    except ProofRejected as fault:
        scratch.differ("cosignature", key, "line", str(fault))
        return None
    for column, found in (("name", name), ("key_id", identity.hex()), ("at", cosigner[1])):
        if row[column] != found:
            scratch.differ("cosignature", key, column, "differs from the line")
    return cosigner
