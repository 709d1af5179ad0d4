"""Lists of codes: readable or refused by line; in force on a day; regions within regions."""

from __future__ import annotations

from datetime import date

import pytest

from bidding.classification.queries import seed
from bidding.classification.rules import (
    CONFIDENCES,
    Catalogue,
    Kind,
    parse_codes,
    region_prefix,
    unknown_codes,
)
from oversight.errors import RuleBroken

HEADER = "code,name,parent,valid_from,valid_to,confidence\n"
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("kind", Kind)
def test_every_seed_is_sound_and_says_how_sure_it_is(kind):
    codes = seed(kind).codes
    assert len(codes) > 20
    assert {code.confidence for code in codes.values()} <= CONFIDENCES
    assert all(not code.parent or code.parent in codes for code in codes.values())


def test_a_code_is_known_from_its_first_day_to_the_day_before_its_last():
    codes = parse_codes(Kind.NDRC, HEADER + "A,工程,,2020-01-01,2021-01-01,A\n")
    used = Catalogue(Kind.NDRC, "v", "s", codes)
    assert [used.known("A", date(2019, 12, 31)), used.known("A", date(2020, 1, 1))] == [False, True]
    assert [used.known("A", date(2020, 12, 31)), used.known("A", date(2021, 1, 1))] == [True, False]


def test_the_way_from_a_code_to_the_top_is_known():
    path = seed(Kind.NDRC).path("A080104")
    assert [code.code for code in path] == ["A080104", "A0801", "A08", "A"]
    assert seed(Kind.NDRC).path("Z") == ()


@pytest.mark.parametrize(
    ("region", "wider", "within"),
    [
        ("410922", "410922", True),
        ("410922", "410900", True),
        ("410922", "410000", True),
        ("410900", "410922", False),
        ("411022", "410900", False),
        ("510922", "410000", False),
        ("410900", "410900", True),
    ],
)
def test_a_region_lies_within_those_whose_digits_it_shares(region, wider, within):
    assert region.startswith(region_prefix(wider)) is within


def test_prefixes_follow_the_trailing_zeros():
    assert [region_prefix(code) for code in ("410000", "410900", "410922")] == [
        "41",
        "4109",
        "410922",
    ]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("", "empty"),
        ("A,工程,,,,A\nA,工程,,,,A\n", "twice"),
        ("A08,施工,A,,,A\n", "parent"),
        ("A,工程,,2020-13-01,,A\n", "date"),
        ("A,工程,,2021-01-01,2020-01-01,A\n", "ends before"),
        ("A,工程,,,,C\n", "confidence"),
        ("A,,,,,A\n", "name"),
        ("a,工程,,,,A\n", "form"),
        ("F-A,货物,,,,A\n", "other tree"),
        ("A,工程,,,A\n", "six cells"),
        ('A,"工程,,,,A\n', "CSV"),
    ],
)
def test_an_unsound_list_is_refused_with_its_cause(lines, cause):
    with pytest.raises(RuleBroken, match="classification.list_readable") as refusal:
        parse_codes(Kind.NDRC, HEADER + lines)
    assert cause in refusal.value.found["cause"]


def test_codes_that_neither_tree_has_are_named_once():
    trees = {kind: seed(kind) for kind in (Kind.NDRC, Kind.FINANCE)}
    asked = ["A080104", "A9", "F-C16", "A9", "F-Z"]
    assert unknown_codes(trees, asked, TODAY) == ("A9", "F-Z")
