"""Keys and erasures as they travel over HTTP."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.custody.rules import ErasureGround
from oversight.wire import INDEX_MAX, Id

PublicKey = Annotated[
    str,
    Meta(
        pattern=r"^([0-9a-f]{64}|[0-9a-f]{2624})$(?!\n)",
        description="A public key in lower-case hex: 32 bytes, or 1,312 of ML-DSA-44.",
        examples=["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"],
    ),
]
Ordinal = Annotated[
    int, Meta(ge=0, le=INDEX_MAX, description="Place of the entry within its act, from 0.")
]
FieldName = Annotated[str, Meta(min_length=1, max_length=60, description="A concealed field.")]


class KeyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to be published or retired."""

    purpose: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9-]*$(?!\n)", max_length=64, examples=["log"])
    ]
    key: PublicKey


class KeyLife(msgspec.Struct, frozen=True):
    """When a key was put on the log for a purpose, and when it was retired.

    Either takes hold at once; which entry says so is told once a checkpoint covers it.
    """

    purpose: str
    key: PublicKey
    published: Annotated[
        int | None, Meta(description="Index of its first entry, once a checkpoint covers it.")
    ]
    published_at: str
    retired: Annotated[
        int | None,
        Meta(description="Index of the entry that retired it, once a checkpoint covers that."),
    ] = None
    retired_at: Annotated[str, Meta(description="Empty: it is not retired.")] = ""


class KeyLives(msgspec.Struct, frozen=True):
    """All keys that this log's entries speak of, oldest first within a purpose."""

    items: list[KeyLife]


class ErasureOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values to be erased: fields that one entry conceals."""

    act: Id
    n: Ordinal
    fields: Annotated[list[FieldName], Meta(min_length=1, max_length=100)]
    ground: ErasureGround


class PayloadState(msgspec.Struct, frozen=True):
    """Whether a concealed value is still kept; never the value."""

    n: Ordinal
    field: FieldName
    erased_at: Annotated[str, Meta(description="When it was erased; empty: it is kept.")] = ""


class PayloadStates(msgspec.Struct, frozen=True):
    """What the commitments of an act's entries conceal, field by field."""

    act: Id
    items: list[PayloadState]


class CustodyReceipt(msgspec.Struct, frozen=True):
    """The act that did it; its entry's place follows with the next checkpoint."""

    act: Id
