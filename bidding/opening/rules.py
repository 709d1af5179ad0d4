"""Openings of sealed entries (draw.md, "Reveal of identities" and "Other purposes"). Pure."""

from collections.abc import Iterable

import msgspec

from bidding.bundle.rules import ClosedPart, OpenedPart, Opening
from bidding.sealing.rules import (
    Entry,
    Value,
    commitment,
    entry_id,
    entry_parts,
    part_digest,
    salts,
)


def opening_of(secret: bytes, entry: Entry, *, whole: bool = True) -> Opening:
    """Return what is shown of an entry of a draw with this secret; identity only if `whole`."""
    first, second = salts(secret, entry_id(entry))
    identity, attributes = entry_parts(entry)
    return Opening(
        commitment=commitment(secret, entry_id(entry), (identity, attributes)).hex(),
        identity=_opened(first, identity) if whole else _closed(first, identity),
        attributes=_opened(second, attributes),
    )


def all_opened(secret: bytes, entries: Iterable[Entry]) -> list[Opening]:
    """Return the openings of whole rosters, sorted by commitment, each entry once."""
    opened = {one.commitment: one for one in (opening_of(secret, entry) for entry in entries)}
    return [opened[one] for one in sorted(opened)]


def _opened(salt: bytes, value: Value) -> dict[str, object]:
    part = OpenedPart(salt=salt.hex(), value=dict(value))
    return msgspec.to_builtins(part)  # type: ignore[no-any-return]


def _closed(salt: bytes, identity: Value) -> dict[str, object]:
    part = ClosedPart(digest=part_digest("identity", salt, identity).hex())
    return msgspec.to_builtins(part)  # type: ignore[no-any-return]
