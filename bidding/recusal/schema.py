"""Recusals and absences as they travel."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.recusal.rules import SUBJECT_MAX, RecusalGround


class RecusalForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Against an organisation, by code or name, or against one subject; and why."""

    ground: RecusalGround
    uscc: Annotated[str, Meta(max_length=18, description="Code of the organisation.")] = ""
    name: Annotated[str, Meta(max_length=120, description="Name of the organisation.")] = ""
    subject: Annotated[
        str, Meta(max_length=SUBJECT_MAX, description="Id of a committee or a tender.")
    ] = ""


class AbsenceForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days on which the expert is not available, both included."""

    begins: date
    ends: date


class DeclarationReceipt(msgspec.Struct, frozen=True):
    """A declaration after a deed."""

    act: str
    id: str
    expert: str


class RecusalView(msgspec.Struct, frozen=True):
    """A recusal."""

    id: str
    ground: str
    source: str  # article
    uscc: str
    name: str
    subject: str
    declared_at: str
    lifted_at: str  # empty: it holds


class AbsenceView(msgspec.Struct, frozen=True):
    """An absence."""

    id: str
    begins: str
    ends: str
    declared_at: str
    lifted_at: str  # empty: it holds


class Declarations(msgspec.Struct, frozen=True):
    """All that an expert declared, oldest first."""

    recusals: list[RecusalView]
    absences: list[AbsenceView]
