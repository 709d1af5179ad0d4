"""What an expert of the pool must be, and how his standing may change. Pure.

Readers of single fields take text as people write it and return the one form that is kept;
they raise `ValueError` with a cause that never repeats the value, because most are personal.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from bidding.classification.rules import Catalogue, Kind, is_region, is_specialty, unknown_codes
from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.identifiers import check_resident_id, check_uscc

T = TypeVar("T")

NAME_MAX = 50  # characters of a person's name
ORGANISATION_MAX = 120  # characters of an organisation's name
SPECIALTIES_MAX = 20  # specialties that one expert may claim
YEARS_MAX = 80  # years in the profession
PAST_EMPLOYERS_MAX = 20
BATCH_MAX = 200_000  # experts in one act

_KEEPERS = frozenset({Post.POOL_KEEPER})
_REVIEWERS = frozenset({Post.POOL_REVIEWER})
_READERS = frozenset({Post.POOL_KEEPER, Post.POOL_REVIEWER, Post.AUDITOR})

FIELD_VALID = Rule(
    "roster.field_valid",
    "Every field of an expert is well formed and agrees with the others.",
    "招标投标法实施条例 45; 财库〔2016〕198号 6",
    Ground.UNLAWFUL,
)
EXPERT_NEW = Rule(
    "roster.expert_new",
    "A person stands in the pool once: no other expert has the same id number.",
    "招标投标法实施条例 45",
)
EXPERT_KNOWN = Rule(
    "roster.expert_known",
    "The expert stands in this pool.",
    "design: bidding/roster",
    Ground.ABSENT,
)
STEP_LAWFUL = Rule(
    "roster.step_lawful",
    "A step in an expert's standing is one that his present standing allows.",
    "招标投标法实施条例 45; 财库〔2016〕198号 27",
)
REASON_CODED = Rule(
    "roster.reason_coded",
    "A change of standing gives a reason from the list for that step.",
    "财库〔2016〕198号 27",
    Ground.UNLAWFUL,
)
TWO_PEOPLE = Rule(
    "roster.two_people",
    "An expert is admitted by another person than the one who registered him.",
    "财库〔2016〕198号 9; design: separation of duties",
    Ground.FORBIDDEN,
)
BATCH_BOUNDED = Rule(
    "roster.batch_bounded",
    f"One act admits at least one and at most {BATCH_MAX} experts.",
    "design: bidding/roster",
    Ground.UNLAWFUL,
)

REGISTER = Permission("bidding.roster.register", _KEEPERS, None, "登记专家", "Register experts")
ADMIT = Permission("bidding.roster.admit", _REVIEWERS, None, "审核入库", "Admit experts")
CHANGE_STANDING = Permission(
    "bidding.roster.standing", _REVIEWERS, None, "变更专家状态", "Suspend, resume, remove, retire"
)
LIST_EXPERTS = Permission("bidding.roster.list", _READERS, None, "查询专家", "Search the pool")


class Status(StrEnum):
    """Where an expert stands in the pool."""

    PROPOSED = "proposed"  # registered by one person, waits for the second
    ADMITTED = "admitted"
    DECLINED = "declined"  # not admitted
    SUSPENDED = "suspended"
    REMOVED = "removed"  # for cause; for good
    RETIRED = "retired"  # at his own wish, by age or by the end of his term


class Step(StrEnum):
    """What may happen to an expert's standing."""

    ADMIT = "admit"
    DECLINE = "decline"
    PROPOSE = "propose"
    SUSPEND = "suspend"
    RESUME = "resume"
    REMOVE = "remove"
    RETIRE = "retire"


TRANSITIONS: Mapping[tuple[Status, Step], Status] = MappingProxyType(
    {
        (Status.PROPOSED, Step.ADMIT): Status.ADMITTED,
        (Status.PROPOSED, Step.DECLINE): Status.DECLINED,
        (Status.DECLINED, Step.PROPOSE): Status.PROPOSED,
        (Status.ADMITTED, Step.SUSPEND): Status.SUSPENDED,
        (Status.SUSPENDED, Step.RESUME): Status.ADMITTED,
        (Status.ADMITTED, Step.REMOVE): Status.REMOVED,
        (Status.SUSPENDED, Step.REMOVE): Status.REMOVED,
        (Status.ADMITTED, Step.RETIRE): Status.RETIRED,
        (Status.SUSPENDED, Step.RETIRE): Status.RETIRED,
    }
)

# Steps that need a reason, and the reasons that each takes.
REASONS: Final[Mapping[Step, frozenset[str]]] = MappingProxyType(
    {
        Step.DECLINE: frozenset({"not-qualified", "documents-missing", "not-verified"}),
        Step.PROPOSE: frozenset({"documents-completed", "objection-upheld"}),
        Step.SUSPEND: frozenset({"investigation", "assessment-failed", "training-missing",
                                 "own-request", "health"}),
        Step.RESUME: frozenset({"investigation-closed", "requirements-met", "own-request"}),
        Step.REMOVE: frozenset({"breach-of-duty", "bribery", "leaked-secrets", "concealed-recusal",
                                "false-documents", "bad-record", "court-or-regulator-decision"}),
        Step.RETIRE: frozenset({"own-request", "age", "term-ended", "health", "deceased"}),
    }
)  # fmt: skip
# Suspensions that somebody decided against the expert.
DECIDED_SUSPENSIONS: Final = frozenset({"investigation", "assessment-failed"})


class Organisation(msgspec.Struct, frozen=True):
    """An organisation as far as it is known: its code, its name, or both."""

    name: str = ""
    uscc: str = ""


class PastEmployer(msgspec.Struct, frozen=True):
    """An employer that the expert has left."""

    name: str
    uscc: str = ""
    until: date | None = None  # last day there; None: not known, counted as within the look-back


class Particulars(msgspec.Struct, frozen=True):
    """All that is known of an expert when he is registered, each field in its kept form."""

    name: str
    id_number: str  # 18 characters, GB 11643
    phone: str  # 11 digits
    employer: Organisation
    specialties: tuple[str, ...]  # claimed codes, in code point order, each once
    region: str  # GB/T 2260, six digits
    title: str
    years: int  # whole years in the profession
    birth_year: int
    term_until: date | None = None  # last day of the appointment
    trained_on: date | None = None  # last training
    past_employers: tuple[PastEmployer, ...] = ()


def advance(status: Status, step: Step) -> Status:
    """Return the standing after `step`.

    Raises:
        RuleBroken: STEP_LAWFUL, for every pair that TRANSITIONS does not name.
    """
    try:
        return TRANSITIONS[status, step]
    except KeyError:
        lawful = ", ".join(sorted(one for state, one in TRANSITIONS if state is status)) or "none"
        raise RuleBroken(
            STEP_LAWFUL, needed=f"a step lawful now: {lawful}", status=status.value, step=step.value
        ) from None


def check_reason(step: Step, reason: str) -> None:
    """Return only if the reason is listed for the step.

    Raises:
        RuleBroken: REASON_CODED, naming the reasons that the step takes.
    """
    lawful = REASONS.get(step, frozenset())
    if reason not in lawful:
        raise RuleBroken(
            REASON_CODED, needed="one of " + ", ".join(sorted(lawful)), step=step.value
        )


_CONTROL = {"Cc", "Cf", "Co", "Cs", "Cn"}  # control, format, private use, surrogate, unassigned
# Two-byte UTF-8 that Chinese records do use; anything else there hints at a wrong encoding.
_EXPECTED = frozenset("·×°±§")
_MISREAD_RANGE = range(0x80, 0x800)


def clean_text(text: str, longest: int) -> str:
    """Return one line of text in composed form without blanks around it.

    Raises:
        ValueError: empty, too long, or holding characters that a person would not type.
    """
    line = unicodedata.normalize("NFC", text).strip()
    if not line:
        raise ValueError("is empty")
    if len(line) > longest:
        raise ValueError(f"has more than {longest} characters")
    for character in line:
        if character == "\ufffd" or unicodedata.category(character) in _CONTROL:
            raise ValueError("holds a damaged, invisible or private-use character")
        if ord(character) in _MISREAD_RANGE and character not in _EXPECTED:
            raise ValueError("holds a character that hints at a wrong encoding")
    return line


_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af·A-Za-z .'〇-]+")
_NAME_CHARACTERS_MIN = 2


def read_name(text: str) -> str:
    """Return a person's name: Han characters, or Latin letters, with the middle dot."""
    name = clean_text(text, NAME_MAX).replace("•", "·").replace("．", "·")
    if len(name) < _NAME_CHARACTERS_MIN or not _NAME.fullmatch(name):
        raise ValueError("is not a person's name")
    return name


_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
NUMERIC_CELL = (
    "was stored as a number, which keeps only 15 digits; format the column as text and enter "
    "the numbers again"
)


def read_id_number(text: str) -> str:
    """Return an id number (GB 11643) whose check digit and birth date hold."""
    number = unicodedata.normalize("NFKC", text).strip().lstrip("'").replace(" ", "").upper()
    if _SCIENTIFIC.fullmatch(number):
        raise ValueError(NUMERIC_CELL)
    return check_resident_id(number)


_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


def read_phone(text: str) -> str:
    """Return a mobile number: 11 digits, the country code and blanks taken off."""
    digits = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace("-", "")
    digits = digits.removeprefix("+86").removeprefix("0086")
    if not _PHONE.fullmatch(digits):
        raise ValueError("is not a mobile number of 11 digits")
    return digits


def read_uscc(text: str) -> str:
    """Return a unified social credit code, or nothing where nothing was given."""
    code = unicodedata.normalize("NFKC", text).strip().lstrip("'").replace(" ", "")
    if _SCIENTIFIC.fullmatch(code):
        raise ValueError(NUMERIC_CELL)
    return check_uscc(code) if code else ""


def read_specialties(codes: Sequence[str]) -> tuple[str, ...]:
    """Return the claimed codes in code point order, each once."""
    found = sorted({unicodedata.normalize("NFKC", code).strip().upper() for code in codes} - {""})
    if not found:
        raise ValueError("names no specialty")
    if len(found) > SPECIALTIES_MAX:
        raise ValueError(f"names more than {SPECIALTIES_MAX} specialties")
    if wrong := [code for code in found if not is_specialty(code)]:
        raise ValueError(f"names {len(wrong)} that have not the form of a code")
    return tuple(found)


def birth_year_of(id_number: str) -> int:
    """Return the year of birth that an id number carries in its places 7 to 10."""
    return int(id_number[6:10])


def faults(
    particulars: Particulars, trees: Mapping[Kind, Catalogue], regions: Catalogue, on: date
) -> list[tuple[str, str]]:
    """Return what is wrong between fields and against the lists, as (field, cause); none is good.

    The single fields are taken to be in their kept form already.
    """
    found = []
    if unknown := unknown_codes(trees, particulars.specialties, on):
        found.append(("specialties", f"not in force in either tree: {', '.join(unknown)}"))
    if not is_region(particulars.region) or not regions.known(particulars.region, on):
        found.append(("region", "is not a GB/T 2260 code in force"))
    if particulars.birth_year != birth_year_of(particulars.id_number):
        found.append(("birth_year", "differs from the id number"))
    if not 0 <= particulars.years <= min(YEARS_MAX, on.year - particulars.birth_year):
        found.append(("years", "is impossible at this age"))
    if particulars.term_until is not None and particulars.term_until < on:
        found.append(("term_until", "has passed"))
    if particulars.trained_on is not None and particulars.trained_on > on:
        found.append(("trained_on", "lies ahead"))
    return found


def read_particulars(given: Particulars) -> Particulars:
    """Return particulars given field by field in their kept form.

    Raises:
        RuleBroken: FIELD_VALID, naming every field that cannot be read and why.
    """
    wrong: dict[str, str] = {}

    def kept(field: str, reader: Callable[[], T], fallback: T) -> T:
        try:
            return reader()
        except ValueError as cause:
            wrong[field] = str(cause)
            return fallback

    read = Particulars(
        name=kept("name", lambda: read_name(given.name), ""),
        id_number=kept("id_number", lambda: read_id_number(given.id_number), ""),
        phone=kept("phone", lambda: read_phone(given.phone), ""),
        employer=kept("employer", lambda: read_organisation(given.employer), given.employer),
        specialties=kept("specialties", lambda: read_specialties(given.specialties), ()),
        region=given.region,
        title=kept("title", lambda: clean_text(given.title, NAME_MAX), ""),
        years=given.years,
        birth_year=given.birth_year,
        term_until=given.term_until,
        trained_on=given.trained_on,
        past_employers=kept("past_employers", lambda: read_past(given.past_employers), ()),
    )
    if wrong:
        raise RuleBroken(FIELD_VALID, needed="these fields corrected", fields=wrong)
    return read


def read_organisation(given: Organisation) -> Organisation:
    """Return an organisation with its name cleaned and its code checked."""
    return Organisation(clean_text(given.name, ORGANISATION_MAX), read_uscc(given.uscc))


def read_past(given: Sequence[PastEmployer]) -> tuple[PastEmployer, ...]:
    """Return past employers with names cleaned and codes checked."""
    if len(given) > PAST_EMPLOYERS_MAX:
        raise ValueError(f"names more than {PAST_EMPLOYERS_MAX} employers")
    return tuple(
        PastEmployer(clean_text(one.name, ORGANISATION_MAX), read_uscc(one.uscc), one.until)
        for one in given
    )
