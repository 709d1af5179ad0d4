"""Lists of codes as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.classification.rules import Kind
from oversight.wire import Label


class ListImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a list, whole."""

    kind: Kind
    version: Label
    source: Label
    csv: Annotated[
        str,
        Meta(
            max_length=30_000_000,
            description="The list as CSV: code, name, parent, valid_from, valid_to, confidence.",
        ),
    ]


class ListView(msgspec.Struct, frozen=True):
    """The version of a list that is in use."""

    kind: Kind
    version: str
    source: str
    codes: int
    seed: bool  # true: what ships with the service; nothing was imported yet
    act: str = ""  # act that imported it


class CodeView(msgspec.Struct, frozen=True):
    """One code, with all that contain it, narrowest first."""

    code: str
    name: str
    parent: str
    valid_from: str  # ISO date; empty: open
    valid_to: str  # first day no longer in force; empty: open
    confidence: str
    path: list[str]  # codes from this one to the top
