"""Pads of blind entries as they travel over HTTP."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.wire import INDEX_MAX, Hex32

Position = Annotated[int, Meta(ge=0, le=255, description="Place among the 256 leaves, from 0.")]
Leaf = Annotated[Hex32, Meta(description="Leaf data: a pad, or a receipt's digest.")]


class OpenedPad(msgspec.Struct, frozen=True):
    """A leaf that stands for nothing: SHA-256("daylight/pad/v1" || 0x0A || salt)."""

    position: Position
    salt: Hex32


class PadsView(msgspec.Struct, frozen=True):
    """A blind entry with its pads opened; leaves without a pad are receipts, still closed."""

    index: Annotated[int, Meta(ge=0, le=INDEX_MAX)]
    root: Hex32
    leaves: Annotated[list[Leaf], Meta(min_length=256, max_length=256)]
    pads: list[OpenedPad]
