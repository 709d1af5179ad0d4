"""Who reads what of a draw, when it may be sealed, and what a contributor refuses to sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bidding.draw_order.rules import caps_of, check_seats
from bidding.draw_record.rules import Ask, check_reader, check_release, check_taking, sees_openings
from bidding.terminal.rules import check_key_at_hand, reveal_time
from oversight.authority.rules import Actor, Post, Role
from oversight.errors import RuleBroken
from oversight.rulebook.rules import EDITIONS

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)


def reader(role, *posts, party="p", person="x"):
    return Actor(party, role, person, frozenset(posts))


@pytest.mark.parametrize(
    ("audience", "actor", "sees"),
    [
        ("public", reader(Role.TRADING_CENTER, Post.DRAW_OPERATOR), True),
        ("parties", reader(Role.TRADING_CENTER, Post.DRAW_OPERATOR), False),
        ("parties", reader(Role.TRADING_CENTER, Post.DRAW_CONTRIBUTOR), True),
        ("parties", reader(Role.TENDERER, Post.DRAW_APPLICANT), True),
        ("parties", reader(Role.TENDERER, Post.DRAW_APPLICANT, party="other"), False),
        ("parties", reader(Role.PROCUREMENT_REGULATOR, Post.DRAW_SUPERVISOR, party="other"), True),
        ("parties", reader(Role.AUDIT_OFFICE, Post.AUDITOR, party="other"), True),
        ("auditor", reader(Role.AUDIT_OFFICE, Post.AUDITOR, party="other"), True),
        ("auditor", reader(Role.TENDERER, Post.DRAW_APPLICANT), False),
        ("auditor", reader(Role.ADMINISTRATIVE_SUPERVISOR, Post.DRAW_SUPERVISOR), False),
    ],
)
def test_openings_are_for_the_editions_audience_and_never_for_the_operator_alone(
    audience, actor, sees
):
    assert sees_openings(actor, ["p"], audience) is sees


def test_a_stranger_reads_nothing():
    check_reader(reader(Role.TENDERER), ["p"])
    check_reader(reader(Role.TRADING_CENTER, Post.DRAW_OPERATOR, party="c"), ["p"])
    for stranger in (
        reader(Role.TENDERER, Post.DRAW_APPLICANT, party="q"),
        reader(Role.DISCIPLINE_INSPECTION, Post.ARCHIVE_READER, party="q"),
        reader(Role.TRADING_CENTER, Post.POOL_KEEPER, party="c"),
    ):
        with pytest.raises(RuleBroken, match="draw_record.reader_entitled"):
            check_reader(stranger, ["p"])


def test_the_auditors_file_needs_a_request_a_second_person_and_the_one_who_asked():
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_asked"):
        check_release(None, "second")
    with pytest.raises(RuleBroken, match="authority.persons_differ"):
        check_release(Ask("first", "act", ""), "first")
    with pytest.raises(RuleBroken, match="draw_record.auditor_file_asked"):
        check_release(Ask("first", "act", "second"), "third")
    check_release(Ask("first", "act", ""), "second")
    for asked, person in ((None, "first"), (Ask("first", "act", ""), "first"),
                          (Ask("first", "act", "second"), "second")):  # fmt: skip
        with pytest.raises(RuleBroken, match="draw_record.auditor_file_released"):
            check_taking(False, asked, person)
        check_taking(True, asked, person)
    check_taking(False, Ask("first", "act", "second"), "first")


def test_reveals_are_due_in_whole_seconds_after_the_seal():
    assert reveal_time(None, NOON, 10) == datetime(2026, 3, 2, 12, 10, tzinfo=UTC)
    wanted = datetime(2026, 3, 2, 12, 1, 1, tzinfo=UTC)
    assert reveal_time(wanted, NOON, 10) == wanted
    for bad in (wanted - timedelta(seconds=1), wanted + timedelta(days=31)):
        with pytest.raises(RuleBroken, match="terminal.reveal_time_ahead"):
            reveal_time(bad, NOON, 10)


def test_a_draw_runs_under_the_sealed_key_alone():
    check_key_at_hand("aa", True)
    with pytest.raises(RuleBroken, match="terminal.vrf_key_at_hand"):
        check_key_at_hand("aa", False)


def test_the_editions_cap_stands_unless_a_tighter_one_is_ordered():
    figures = EDITIONS["T-2025"].draw
    assert caps_of(None, figures) == {"employer": 1}
    assert caps_of({"region": 3, "employer": 1}, figures) == {"employer": 1, "region": 3}
    for looser in ({"employer": 2}, {"region": 1}, {}):
        with pytest.raises(RuleBroken, match="draw_order.caps_lawful"):
            caps_of(looser, figures)


def test_strata_fill_the_seats_that_are_drawn():
    check_seats([("a", 2), ("b", 2)], size=5, taken=1)
    for seats in (3, 5):
        with pytest.raises(RuleBroken, match="draw_order.seats_fit"):
            check_seats([("a", seats)], size=5, taken=1)
