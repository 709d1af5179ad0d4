"""What an expert must be, and how his standing may change."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from pool import people

from bidding.classification.queries import seed
from bidding.classification.rules import Kind
from bidding.roster.rules import (
    REASONS,
    TRANSITIONS,
    Status,
    Step,
    advance,
    check_reason,
    clean_text,
    faults,
    read_id_number,
    read_name,
    read_phone,
    read_specialties,
    read_uscc,
)
from oversight.errors import RuleBroken

TODAY = date(2026, 3, 2)
UNLAWFUL = sorted(set(itertools.product(Status, Step)) - TRANSITIONS.keys())
TREES = {kind: seed(kind) for kind in (Kind.NDRC, Kind.FINANCE)}
REGIONS = seed(Kind.REGION)
PERSON = people(1)[0]


def wrong(**changes):
    from msgspec.structs import replace

    return [field for field, _ in faults(replace(PERSON, **changes), TREES, REGIONS, TODAY)]


@pytest.mark.parametrize(("status", "step"), UNLAWFUL)
def test_a_step_outside_the_table_is_refused(status, step):
    with pytest.raises(RuleBroken, match="roster.step_lawful"):
        advance(status, step)


def test_nobody_comes_back_from_removal_or_retirement():
    assert not [state for state, _ in TRANSITIONS if state in {Status.REMOVED, Status.RETIRED}]


@pytest.mark.parametrize("step", sorted(REASONS))
def test_a_reason_of_another_step_is_refused(step):
    with pytest.raises(RuleBroken, match="roster.reason_coded"):
        check_reason(step, "no-such-reason")
    for reason in REASONS[step]:
        check_reason(step, reason)


def test_a_good_person_has_no_fault():
    assert wrong() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specialties": ("A999999",)}, "specialties"),
        ({"region": "999999"}, "region"),
        ({"region": "110228"}, "region"),  # 密云县 ended in 2015
        ({"birth_year": 1900}, "birth_year"),
        ({"years": 79}, "years"),
        ({"years": -1}, "years"),
        ({"term_until": date(2026, 3, 1)}, "term_until"),
        ({"trained_on": date(2026, 3, 3)}, "trained_on"),
    ],
)
def test_fields_that_disagree_are_named(changes, field):
    assert field in wrong(**changes)


@pytest.mark.parametrize(
    "text", ["张三", "欧阳致远", "迪丽热巴·迪力木拉提", "Anna Lee", "𠮷田", "〇一"]
)
def test_a_persons_name_is_read(text):
    assert read_name(f"  {text} ") == text


@pytest.mark.parametrize(
    "text", ["", "张", "张三3", "张\u200b三", "张\ufffd三", "Ãî", "\ue863三", "张三\n李"]
)
def test_what_is_no_name_is_refused_without_repeating_it(text):
    with pytest.raises(ValueError, match=r".") as refusal:
        read_name(text)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize("text", ["+86 154 0000 0000", "154-0000-0000", "１５４００００００００"])
def test_a_phone_is_kept_as_eleven_digits(text):
    assert read_phone(text) == "15400000000"


@pytest.mark.parametrize("text", ["", "0393-4411111", "1540000000", "12400000000", "1.54E+10"])
def test_what_is_no_mobile_number_is_refused(text):
    with pytest.raises(ValueError, match="mobile"):
        read_phone(text)


def test_an_id_number_spoiled_by_a_spreadsheet_is_told_apart():
    with pytest.raises(ValueError, match="stored as a number"):
        read_id_number("4.10922E+17")
    with pytest.raises(ValueError, match="stored as a number"):
        read_uscc("9.11100006000373E+17")


def test_an_id_number_is_read_in_any_dress():
    number = PERSON.id_number
    assert read_id_number(f"'{number[:6]} {number[6:].lower()} ") == number


def test_an_organisation_may_have_no_code():
    assert read_uscc("  ") == ""


def test_specialties_are_sorted_and_stand_once():
    assert read_specialties([" b01", "A08 ", "", "A08"]) == ("A08", "B01")
    with pytest.raises(ValueError, match="names no specialty"):
        read_specialties(["", " "])


def test_a_text_read_in_the_wrong_encoding_is_refused():
    spoiled = "小一".encode("gb18030").decode("utf-8")  # valid UTF-8 by accident
    with pytest.raises(ValueError, match="wrong encoding"):
        clean_text(spoiled, 50)
