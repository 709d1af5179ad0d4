"""Recorded draws, held against their odds: what stands out is named, and fair records are not."""

from hashlib import sha256

import msgspec
import pytest

from bidding.fairness.console import render
from bidding.fairness.rules import (
    Book,
    Drawn,
    Place,
    Reply,
    Roster,
    answers_by_party,
    audit,
    by_applicant,
    experts_and_winners,
    first_places,
    read_winners,
    seats_held,
    skips_by_person,
    small_strata,
)
from oversight.errors import RuleBroken

SIZE, SEATS = 40, 4
EXPERTS = [f"expert-{n:02d}" for n in range(SIZE)]


def order(draw):
    """Return a fair order of all experts, another for each draw."""
    return sorted(EXPERTS, key=lambda one: sha256(f"{draw}/{one}".encode()).digest())


def book(draws=60, orders=order, freed=lambda draw, line: None, **changes):
    """Return a book of draws of one stratum; `freed(draw, line)` may give a first line's outcome.

    Odd draws are the supervisor south's and applicant odd's; the others north's and even's.
    """
    drawn, rosters, places, replies = [], [], [], []
    for number in range(draws):
        party = "south" if number % 2 else "north"
        drawn.append(
            Drawn(f"d{number}", f"c{number}", f"t{number}", "odd" if number % 2 else "even",
                  1, False, True, (party,))
        )  # fmt: skip
        rosters.append(Roster(number, "A080104@410900", SEATS, SIZE))
        waiting = iter(orders(number))
        line = 0
        for seat in range(SEATS):
            code = freed(number, seat)
            places.append(place(number, line, next(waiting), line < SEATS, code is None))
            line += 1
            if code is not None:
                replies.append(Reply(number, code, party, f"{party}-{number % 4}"))
                places.append(place(number, line, next(waiting), line < SEATS, True))
                line += 1
    members = dict.fromkeys(EXPERTS, tuple(range(draws)))
    made = Book(drawn, rosters, places, replies, members, True)
    return msgspec.structs.replace(made, **changes)


def place(draw, line, expert, first, holds):
    return Place(draw, line, draw, expert, first, True, holds)


def suspicious(report):
    return {(figure.name, one.subject) for figure in report.figures for one in figure.suspicious}


def audited(made, winners=None):
    return audit(made, winners, 0.001, 5)


def test_fair_records_are_left_in_peace():
    report = audited(book(freed=lambda draw, line: "declined" if (draw + line) % 7 == 0 else None))
    assert suspicious(report) == set()
    assert report.status == 0
    assert [figure.name for figure in report.figures] == [
        "declines-by-party", "first-places", "seats-held",
    ]  # fmt: skip


def test_an_expert_expects_the_sum_of_seats_over_size():
    found = {one.subject: one for one in first_places(book(draws=30))}
    assert found["expert-00"].expected == pytest.approx(30 * SEATS / SIZE)
    assert sum(one.found for one in found.values()) == 30 * SEATS


def test_an_expert_who_is_drawn_too_often_is_named_with_his_lines():
    def lucky(draw):
        fair = order(draw)
        return (
            ["expert-07", *(one for one in fair if one != "expert-07")] if draw % 3 == 0 else fair
        )

    report = audited(book(orders=lucky))
    assert ("first-places", "expert-07") in suspicious(report)
    (figure,) = [one for one in report.figures if one.name == "first-places"]
    assert {f"d{n}/0" for n in range(0, 60, 3)} <= set(figure.suspicious[0].lines)
    assert report.status == 1
    assert any("SUSPICIOUS  expert-07" in line for line in render(report))


def test_an_expert_who_is_never_drawn_is_named():
    def without(draw):
        return [*(one for one in order(draw) if one != "expert-07"), "expert-07"]

    assert ("first-places", "expert-07") in suspicious(audited(book(draws=150, orders=without)))


def test_who_sits_because_others_made_room_is_named_although_the_orders_are_fair():
    """Declines until one expert's turn comes: he often holds a seat, and is seldom first."""
    made = book(draws=80)
    places = [
        one
        if order(one.draw)[one.line] == "expert-07"
        else msgspec.structs.replace(one, holds=one.holds and one.line > 0)
        for one in made.places
    ]
    for draw in range(80):
        if "expert-07" not in order(draw)[:SEATS]:
            places.append(Place(draw, SEATS, draw, "expert-07", False, True, True))
    report = audited(msgspec.structs.replace(made, places=places))
    assert suspicious(report) == {("seats-held", "expert-07")}


def test_a_party_under_which_lines_are_freed_too_often_is_named():
    made = book(freed=lambda draw, line: "declined" if draw % 2 and line < 2 else None)
    assert suspicious(audited(made)) == {("declines-by-party", "south")}


def test_skips_and_declines_are_told_apart():
    made = book(freed=lambda draw, line: "unreachable" if draw % 2 and line < 2 else None)
    assert suspicious(audited(made)) == {("skips-by-party", "south")}
    assert list(answers_by_party(made, own=True)) == []


def test_a_person_who_signs_skips_where_others_sign_declines_is_named():
    def code(draw, line):
        return None if line else "absent" if draw % 4 == 3 else "declined"

    made = book(freed=code)
    (worst,) = [one for one in skips_by_person(made) if one.found]
    assert (worst.subject, worst.found, worst.expected) == ("south-3", 15, 15 * 15 / 60)
    assert ("skips-by-person", "south-3") in suspicious(audited(made))


def test_an_applicant_whose_draws_are_closed_with_a_known_result_is_named():
    made = book(draws=120)
    draws = [
        msgspec.structs.replace(one, closed=n % 6 == 1, attempt=1 + (n % 6 == 3))
        for n, one in enumerate(made.draws)
    ]
    made = msgspec.structs.replace(made, draws=draws)
    assert suspicious(audited(made)) == {
        ("closed", "odd"), ("closed-knowing", "odd"), ("repeated-attempts", "odd"),
    }  # fmt: skip
    found = {one.subject: one for one in by_applicant(made, lambda draw: draw.closed)}
    assert (found["odd"].found, found["odd"].expected) == (20, 10)
    assert found["even"].chance == 1


def test_an_expert_who_sits_where_one_winner_wins_is_named():
    sat = {one.draw for one in book().places if one.expert == "expert-07"}
    others = [n for n in range(60) if n not in sat]
    won = {f"c{n}": frozenset({"Works A"}) for n in sat}
    won |= {f"t{n}": frozenset({"Works A" if n in others[:3] else "Works B"}) for n in others}
    report = audited(book(), won)
    assert ("expert-and-winner", "expert-07 × Works A") in suspicious(report)


def test_pairs_are_judged_among_the_committees_that_an_expert_could_have_sat_on():
    """Who is on few rosters, all with one winner, sits where that one wins and is no suspect."""
    made = book(draws=40)
    narrow = {one.draw for one in made.places if one.expert == "expert-07"}
    members = made.members | {"expert-07": tuple(sorted(narrow))}
    won = {f"c{n}": frozenset({"A" if n in narrow else "B"}) for n in range(40)}
    made = msgspec.structs.replace(made, members=members)
    found = [one for one in experts_and_winners(made, won) if one.subject == "expert-07 × A"]
    assert all(one.chance == 1 for one in found)


def test_a_committee_that_two_draws_filled_counts_once():
    made = book(draws=4)
    draws = [msgspec.structs.replace(one, committee="c", tender="t") for one in made.draws]
    found = experts_and_winners(msgspec.structs.replace(made, draws=draws), {"c": frozenset({"A"})})
    assert list(found) == []  # one committee, one winner: nothing to compare


def test_small_strata_are_listed_and_are_no_reason_for_suspicion():
    made = book(draws=2, rosters=[Roster(0, "a", 4, 19), Roster(1, "b", 4, 20)])
    assert [(one.draw, one.size) for one in small_strata(made, 5)] == [("d0", 19)]
    assert audited(made).status == 0


def test_rosters_that_stay_closed_leave_the_audit_incomplete():
    closed = [msgspec.structs.replace(one, expert=None) for one in book().places]
    report = audited(book(places=closed, members={}, opened=False))
    assert report.status == 3
    assert "first-places" not in {figure.name for figure in report.figures}
    assert "NOT CHECKED: experts: the key directory is not at hand" in list(render(report))


def test_nothing_recorded_is_nothing_suspicious():
    report = audited(Book([], [], [], [], {}, True), {})
    assert (report.status, report.figures, report.notices) == (0, [], [])


def test_what_chance_gives_now_and_then_is_not_suspicious_among_many():
    """The luckiest of forty would be one in ten alone; among forty he is nobody."""
    (most,) = sorted(first_places(book(draws=3)), key=lambda one: one.chance)[:1]
    assert audited(book(draws=3)).status == 0
    assert most.chance < 0.1


def test_winners_are_read_by_committee_or_tender():
    text = "\ufeffwinner,case\n甲公司,c1\n乙公司,c1\n甲公司,t2\n"
    assert read_winners(text) == {"c1": {"甲公司", "乙公司"}, "t2": {"甲公司"}}


@pytest.mark.parametrize("text", ["", "case\nc1\n", "case,winner\nc1,\n", "case,winner\n,A\n"])
def test_winners_that_are_not_whole_are_refused(text):
    with pytest.raises(RuleBroken, match=r"fairness\.winners_readable"):
        read_winners(text)


def test_held_seats_are_judged_by_how_far_the_walk_went():
    made = book(draws=10, freed=lambda draw, line: "declined" if line == 0 else None)
    found = {one.subject: one for one in seats_held(made)}
    assert found["expert-00"].expected == pytest.approx(10 * (SEATS + 1) / SIZE)
