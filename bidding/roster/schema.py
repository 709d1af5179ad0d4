"""Experts as they travel: what is shown in lists holds no name, id number or phone."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.roster.rules import PAST_EMPLOYERS_MAX, SPECIALTIES_MAX
from oversight.wire import Code, Id, Label

Region = Annotated[
    str, Meta(pattern=r"^[1-9][0-9]{5}$(?!\n)", description="GB/T 2260 code.", examples=["410922"])
]
Specialty = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z](-[A-Z])?[0-9]{0,12}$(?!\n)",
        description="Code of one of the two specialty trees; finance's begin with F-.",
        examples=["A080104"],
    ),
]
OptionalCode = Annotated[
    str, Meta(max_length=18, description="Unified social credit code; empty: none.")
]


class OrganisationForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation: its name and, where it has one, its code."""

    name: Label
    uscc: OptionalCode = ""


class FormerEmployerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An employer that the expert has left."""

    name: Label
    uscc: OptionalCode = ""
    until: date | None = None


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person to be registered."""

    name: Label
    id_number: Annotated[str, Meta(min_length=18, max_length=18, description="GB 11643.")]
    phone: Annotated[str, Meta(min_length=11, max_length=20, description="Mobile number.")]
    employer: OrganisationForm
    specialties: Annotated[list[Specialty], Meta(min_length=1, max_length=SPECIALTIES_MAX)]
    region: Region
    title: Label
    years: Annotated[int, Meta(ge=0, le=80, description="Whole years in the profession.")]
    term_until: date | None = None
    trained_on: date | None = None
    past_employers: Annotated[list[FormerEmployerForm], Meta(max_length=PAST_EMPLOYERS_MAX)] = []


class ExpertView(msgspec.Struct, frozen=True):
    """An expert without his protected fields."""

    id: str
    status: str
    employer_name: str
    employer_uscc: str
    region: str
    specialties: list[str]
    title: str
    years: int
    birth_year: int
    term_until: str  # ISO date; empty: open
    trained_on: str
    registered_at: str
    act: str


class StandingView(msgspec.Struct, frozen=True):
    """One step in an expert's standing."""

    step: str
    status: str
    reason: str
    at: str
    act: str


class FormerEmployerView(msgspec.Struct, frozen=True):
    """An employer that the expert has left."""

    name: str
    uscc: str
    until: str


class ExpertDetail(msgspec.Struct, frozen=True):
    """An expert with his history, still without protected fields."""

    expert: ExpertView
    history: list[StandingView]
    former_employers: list[FormerEmployerView]


class Admission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to admit: named experts, or all that one act registered and that still wait."""

    experts: Annotated[list[Id], Meta(max_length=10_000)] = []
    registered_by: Annotated[
        str, Meta(max_length=36, description="Act that registered them; empty: as listed.")
    ] = ""


class AdmissionReceipt(msgspec.Struct, frozen=True):
    """What an admission did."""

    act: str
    admitted: int


class StandingOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step in an expert's standing, with its reason."""

    reason: Code
    statement: Annotated[str, Meta(max_length=2_000, description="Kept private.")] = ""


class EmployerChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new employer, and the last day at the one before."""

    employer: OrganisationForm
    left_on: date


class AccountLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account of an expert: a person registered under identity."""

    person: Id


class ExpertReceipt(msgspec.Struct, frozen=True):
    """An expert after a deed."""

    act: str
    expert: str
    status: str


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to look for. Sent as a body, so that no id number stands in an address or a log."""

    id_number: Annotated[str, Meta(max_length=20)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    name: Annotated[str, Meta(max_length=50, description="The whole name.")] = ""
    specialty: Annotated[str, Meta(max_length=20)] = ""
    region: Annotated[str, Meta(max_length=6, description="This region and all below it.")] = ""
    status: Annotated[str, Meta(max_length=10)] = ""
    employer: Annotated[str, Meta(max_length=120, description="Code, or whole name.")] = ""
    registered_by: Annotated[str, Meta(max_length=36, description="Act.")] = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""
