"""What travels over HTTP about the log."""

import base64
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.ledger.queries import LoggedEntry
from oversight.wire import Hex32


class EntryView(msgspec.Struct, frozen=True):
    """An entry with its place; `leaf` is what is hashed, `entry` the same, readable."""

    index: Annotated[int, Meta(ge=0)]
    leaf_hash: Hex32
    leaf: Annotated[str, Meta(description="Base64 of the entry's canonical bytes.")]
    entry: Annotated[
        dict[str, object], Meta(description="v, act, kind, at, subject, actor, role, body.")
    ]


class ConsistencyProof(msgspec.Struct, frozen=True):
    """That the log of the larger size only appends to that of the smaller one (RFC 6962)."""

    old_size: Annotated[int, Meta(ge=1)]
    size: Annotated[int, Meta(ge=1)]
    path: Annotated[list[Hex32], Meta(description="Node hashes, in RFC 6962 order.")]


class ActProofs(msgspec.Struct, frozen=True):
    """The proofs of all entries of one act."""

    act: str
    proofs: Annotated[list[str], Meta(description="`.tlog-proof` texts, in the act's order.")]


class EntryState(StrEnum):
    """How far an entry has come."""

    RECORDED = "recorded"  # committed with its act; it has no index that anybody vouches for
    COVERED = "covered"  # a signed checkpoint covers it: its index is for ever
    IN_EFFECT = "in-effect"  # that checkpoint's cosignatures reach the quorum


class EntryStanding(msgspec.Struct, frozen=True):
    """Where one entry of an act stands now."""

    n: Annotated[int, Meta(ge=0, description="Ordinal within the act.")]
    kind: str
    leaf_hash: Hex32
    state: EntryState
    index: Annotated[int | None, Meta(description="Once a checkpoint covers it.")]
    checkpoint_size: Annotated[
        int | None, Meta(description="Of the newest checkpoint (in effect) that covers it.")
    ]


class ActStanding(msgspec.Struct, frozen=True):
    """Where the entries of an act stand: its receipt, as it is now."""

    act: str
    state: Annotated[EntryState, Meta(description="Of the entry that has come least far.")]
    entries: list[EntryStanding]


def entry_view(logged: LoggedEntry) -> EntryView:
    """Return an entry as it travels."""
    return EntryView(
        index=logged.index,
        leaf_hash=logged.leaf.hex(),
        leaf=base64.b64encode(logged.data).decode(),
        entry=msgspec.json.decode(logged.data, type=dict[str, object]),
    )
