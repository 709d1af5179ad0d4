"""Draws made elsewhere as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.external_draw.rules import CALLS_MAX
from oversight.wire import Code, Hex32, Instant, Label

ShortLabel = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)")
]


class CallForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call of the terminal."""

    number: Annotated[int, Meta(ge=1, le=CALLS_MAX)]
    outcome: Code
    at: Instant


class DocumentForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document by its digest."""

    sha256: Hex32
    bytes: Annotated[int, Meta(ge=1, le=2**40)]
    media_type: Annotated[
        str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]+$(?!\n)", max_length=100, examples=["image/jpeg"])
    ]


class ExternalDrawForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draw as the terminal reported it."""

    subject: Label  # committee or tender
    application: ShortLabel
    terminal: ShortLabel
    terminal_number: ShortLabel
    drawn_at: Instant
    calls: Annotated[list[CallForm], Meta(min_length=1, max_length=CALLS_MAX)]
    sealed_list_sha256: Hex32
    form: DocumentForm


class ExternalDrawView(msgspec.Struct, frozen=True):
    """A recorded draw, and what can be said of it."""

    id: str
    act: str
    subject: str
    application: str
    terminal: str
    terminal_number: str
    drawn_at: str
    calls: list[CallForm]
    outcomes: dict[str, int]  # number of calls by outcome
    sealed_list_sha256: str
    form: DocumentForm
    recorded_at: str
    verdict: dict[str, str]  # by language
