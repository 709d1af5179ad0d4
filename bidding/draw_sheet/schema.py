"""Printed records as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta


class SheetOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record to be printed."""

    remarks: Annotated[
        str,
        Meta(max_length=1000, description="Printed as they are. Name seats, not people."),
    ] = ""


class SheetReceipt(msgspec.Struct, frozen=True):
    """A record was printed, and its digest is on the log."""

    draw: str
    number: int
    whole: Annotated[
        bool,
        Meta(description="With the units that were avoided; the terminal's copies are without."),
    ]
    digest: Annotated[str, Meta(description="SHA-256 of the file, hex.")]
    act: str


class SheetView(msgspec.Struct, frozen=True):
    """A record that was printed."""

    draw: str
    number: int
    whole: bool
    digest: str
    act: str
