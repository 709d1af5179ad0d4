"""What goes on the log about experts. Each entry's subject is the expert's opaque id.

All that is private stands as a salted commitment, in hex; the committed values are: `name`,
`id_number`, `phone`, `region` and `title` texts, `employer` {"name","uscc"}, `specialties` a
sorted list of codes, `career` {"title","years","birth_year","term_until","trained_on",
"past_employers"}, `person` the id of whoever acted, `statement` a text.
"""

from typing import ClassVar

import msgspec

from oversight.ledger.facts import Fact


class Registered(Fact, frozen=True):
    """An expert was registered: he stands in the pool as proposed, and claims specialties."""

    kind: ClassVar[str] = "bidding.roster.registered"
    conceals: ClassVar[tuple[str, ...]] = (
        "name",
        "id_number",
        "phone",
        "employer",
        "specialties",
        "region",
        "career",
        "person",
    )
    name: str
    id_number: str
    phone: str
    employer: str
    specialties: str
    region: str
    career: str
    person: str | None = None  # registrar; null in an import, whose first entry names him


class AdmissionReviewed(Fact, frozen=True):
    """A second person reviewed proposals; the act's further entries admit them one by one."""

    kind: ClassVar[str] = "bidding.roster.admission_reviewed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)
    experts: int
    person: str


class Admitted(Fact, frozen=True):
    """An expert was admitted for all specialties that he claimed."""

    kind: ClassVar[str] = "bidding.roster.admitted"
    claim: str  # act that registered what was admitted


class _Reasoned(msgspec.Struct, frozen=True):
    """What every change of standing says."""

    conceals: ClassVar[tuple[str, ...]] = ("statement", "person")
    reason: str  # code
    statement: str | None  # commitment to what was said about it
    person: str


class Declined(_Reasoned, Fact, frozen=True):
    """A proposal was declined."""

    kind: ClassVar[str] = "bidding.roster.declined"


class Proposed(_Reasoned, Fact, frozen=True):
    """A declined proposal was made again."""

    kind: ClassVar[str] = "bidding.roster.proposed"


class Suspended(_Reasoned, Fact, frozen=True):
    """An expert was suspended: he matches, and is left out of every draw."""

    kind: ClassVar[str] = "bidding.roster.suspended"


class Resumed(_Reasoned, Fact, frozen=True):
    """A suspension ended."""

    kind: ClassVar[str] = "bidding.roster.resumed"


class Removed(_Reasoned, Fact, frozen=True):
    """An expert was removed for cause."""

    kind: ClassVar[str] = "bidding.roster.removed"


class Retired(_Reasoned, Fact, frozen=True):
    """An expert left the pool without blame."""

    kind: ClassVar[str] = "bidding.roster.retired"


class EmployerChanged(Fact, frozen=True):
    """An expert's employer changed; the old one counts as a former employer from then on."""

    kind: ClassVar[str] = "bidding.roster.employer_changed"
    conceals: ClassVar[tuple[str, ...]] = ("employer", "left", "person")
    employer: str
    left: str  # commitment to {"name","uscc","until"} of the one he left
    person: str


class AccountLinked(Fact, frozen=True):
    """An expert got an account of his own: what that person declares, he declares."""

    kind: ClassVar[str] = "bidding.roster.account_linked"
    conceals: ClassVar[tuple[str, ...]] = ("account", "person")
    account: str  # commitment to the person's id
    person: str


StandingFact = Declined | Proposed | Suspended | Resumed | Removed | Retired
