"""Protected fields and their readings as they travel."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.wire import Label


class Showing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked to be shown, and why."""

    fields: Annotated[
        list[str], Meta(min_length=1, max_length=3, description="name, id_number, phone")
    ]
    purpose: Label


class Shown(msgspec.Struct, frozen=True):
    """Protected fields of an expert. The showing is on record."""

    expert: str
    name: str = ""
    id_number: str = ""
    phone: str = ""


class DigestOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day (UTC) whose readings are to be digested."""

    day: date


class DigestReceipt(msgspec.Struct, frozen=True):
    """A day's digest on the log."""

    act: str
    day: str
    readings: int
    sha256: str
