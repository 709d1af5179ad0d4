"""What travels over HTTP about the log."""

import base64
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


def entry_view(logged: LoggedEntry) -> EntryView:
    """Return an entry as it travels."""
    return EntryView(
        index=logged.index,
        leaf_hash=logged.leaf.hex(),
        leaf=base64.b64encode(logged.data).decode(),
        entry=msgspec.json.decode(logged.data, type=dict[str, object]),
    )
