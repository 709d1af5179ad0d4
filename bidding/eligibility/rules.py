"""Who of the matching experts is drawn from, and why the others are not. Pure.

Judged for one day, the day of the evaluation, and one case: its parties are known to whoever
orders the draw and never to whoever runs it. Each excluded expert gets the first ground that
applies, in the order of GROUNDS, so that the list of exclusions has one form.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from bidding.roster.rules import Organisation
from oversight.errors import Ground, Rule

# The coded grounds, in the order in which they are tried (draw.md, step 3).
GROUNDS = (
    "suspended",
    "barred",
    "term-expired",
    "over-age",
    "unavailable",
    "recused",
    "employer-recused",
    "over-frequency",
)

STRATUM_FORMED = Rule(
    "eligibility.stratum_formed",
    "A stratum names a specialty and a region in the form of their codes.",
    "design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)


class Conditions(msgspec.Struct, frozen=True):
    """What a case asks of its experts, beside specialty and region."""

    on: date  # day of the evaluation
    lookback_years: int  # former employers count so long: the edition's figure
    organisations: frozenset[Organisation] = frozenset()  # tenderer and bidders, as far as known
    subjects: frozenset[str] = frozenset()  # ids of the committee and of its tender
    age_max: int | None = None  # the edition's limit: excluded from the year in which it is reached
    frequency_max: int | None = None  # services allowed in the edition's period
    services: Mapping[str, int] = {}  # expert id: services within that period
    barred: frozenset[str] = frozenset()  # expert ids under a bar in force


class Matching(msgspec.Struct, frozen=True, gc=False):
    """An expert in the pool who matches a stratum, as read from the pool."""

    expert: str
    suspended: bool
    sealed_name: bytes
    employer_plain: str  # the employer's name as matching compares it
    employer_uscc: str  # its code, or empty
    region: str
    specialties: str  # all admitted codes, in code point order, joined by commas
    birth_year: int
    term_until: str  # ISO date; empty: open

    @property
    def employer(self) -> str:
        """The employer as caps and commitments name it: its code, else its plain name."""
        return self.employer_uscc or self.employer_plain


class Hindrances(msgspec.Struct, frozen=True):
    """Who of the pool is hindered in this case; each set holds expert ids."""

    unavailable: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    former_employees: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()  # codes and plain names of the case's organisations


def first_ground(expert: Matching, conditions: Conditions, hindrances: Hindrances) -> str:
    """Return the coded ground on which the expert is left out; empty: he is eligible."""
    return _standing(expert, conditions) or _case(expert, conditions, hindrances)


def _standing(expert: Matching, conditions: Conditions) -> str:
    """Return the ground that lies in the expert's own standing, whatever the case."""
    if expert.suspended:
        return "suspended"
    if expert.expert in conditions.barred:
        return "barred"
    if expert.term_until and expert.term_until < conditions.on.isoformat():
        return "term-expired"
    limit = conditions.age_max
    if limit is not None and conditions.on.year - expert.birth_year >= limit:
        return "over-age"
    return ""


def _case(expert: Matching, conditions: Conditions, hindrances: Hindrances) -> str:
    """Return the ground that lies in this case: its day, its parties, how often he served."""
    ident = expert.expert
    if ident in hindrances.unavailable:
        return "unavailable"
    if ident in hindrances.recused:
        return "recused"
    if ident in hindrances.former_employees or works_for(expert, hindrances.parties):
        return "employer-recused"
    limit = conditions.frequency_max
    if limit is not None and conditions.services.get(ident, 0) >= limit:
        return "over-frequency"
    return ""


def works_for(expert: Matching, parties: frozenset[str]) -> bool:
    """Tell whether the expert's employer is one of the case's organisations, by code or name."""
    return expert.employer_uscc in parties or expert.employer_plain in parties


def sift(
    matching: Iterable[Matching], conditions: Conditions, hindrances: Hindrances
) -> tuple[list[Matching], list[tuple[str, str]]]:
    """Return those who are eligible, and (expert id, ground) for those who are not, sorted."""
    eligible: list[Matching] = []
    excluded: list[tuple[str, str]] = []
    for expert in matching:
        ground = first_ground(expert, conditions, hindrances)
        if ground:
            excluded.append((expert.expert, ground))
        else:
            eligible.append(expert)
    excluded.sort()
    return eligible, excluded


def years_before(day: date, years: int) -> date:
    """Return the same day `years` earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def stratum_id(specialty: str, region: str) -> str:
    """Return the id of a stratum as draw.md writes it: "<specialty>@<region>"."""
    return f"{specialty}@{region}"
