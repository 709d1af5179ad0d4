"""What an outsider sees of the fixed clock: intervals without a blind entry, or with two."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oversight.blind.facts import BlindLogged, UncountedClosed, UncountedOpened
from oversight.public_audit.blind_clock import BLIND_CLOCK, clock_of, overdue
from oversight.public_audit.rules import Told
from oversight.values.instants import to_micro_text

NOON = 1_767_268_800  # 2026-01-01T12:00:00Z, a multiple of 60
BLIND = BlindLogged.kind


class Shelf(dict):
    put = dict.__setitem__


def at(seconds):
    return to_micro_text(datetime.fromtimestamp(NOON + seconds, UTC))


class Seen:
    """A log of openings, closings and blind entries, by seconds after noon."""

    def __init__(self):
        self.shelf, self.found = Shelf(), []

    def _told(self, fact, when, body):
        told = Told(len(self.found), fact.kind, at(when), "a lot", "center", body)
        self.found += [one.text for one in BLIND_CLOCK.judges[fact.kind](told, self.shelf)]
        return self

    def opened(self, seconds, ident="1", interval=60):
        return self._told(UncountedOpened, seconds, {"id": ident, "seconds": interval})

    def closed(self, seconds, ident="1"):
        return self._told(UncountedClosed, seconds, {"id": ident})

    def blind(self, *seconds):
        instants = [(index, at(one)) for index, one in enumerate(seconds)]
        judged = BLIND_CLOCK.instants[BLIND](instants, self.shelf)
        self.found += [one.text for _, one in judged]
        assert not [one for _, one in judged if not one.alert]
        return self


def test_one_in_each_interval_is_silence():
    seen = Seen().opened(10).blind(60.2, 120, 180.9, 299.9).closed(301)
    assert seen.found == []


@pytest.mark.parametrize("first", [20, 60.5, 119.9])
def test_the_interval_of_the_opening_may_have_one(first):
    assert Seen().opened(10).blind(first).found == []


@pytest.mark.parametrize(
    ("blinds", "missed", "since"),
    [((60, 180), 1, "12:02:00"), ((180,), 2, "12:01:00"), ((60, 420), 5, "12:02:00")],
)
def test_intervals_without_one_are_counted_and_dated(blinds, missed, since):
    [text] = Seen().opened(10).blind(*blinds).found
    assert text == f"{missed} intervals of 60 s without a blind entry, since 2026-01-01T{since}Z"


def test_a_second_one_in_an_interval_is_told_once_each():
    found = Seen().opened(10).blind(60, 61, 62, 120).found
    assert found == ["a second blind entry in one interval of 60 s"] * 2


def test_what_is_missing_at_the_closing_is_told_and_the_last_interval_owes_nothing():
    assert Seen().opened(10).blind(60).closed(130).found == []
    [text] = Seen().opened(10).blind(60).closed(181).found
    assert text.startswith("1 intervals of 60 s without")


def test_after_the_last_closing_nothing_is_owed_and_leftovers_may_come():
    seen = Seen().opened(10).blind(60).closed(119).blind(120, 180, 181)
    assert seen.found == []
    assert overdue(seen.shelf, at(9_000)) == []


def test_a_second_opening_goes_on_with_the_same_clock():
    seen = Seen().opened(10).opened(70, "2").blind(71, 130).closed(190).blind(200).closed(300, "2")
    assert [text[:11] for text in seen.found] == ["1 intervals"]  # 12:04 to 12:05


def test_the_shortest_interval_that_was_promised_holds():
    seen = Seen().opened(0, interval=120).opened(5, "2", 10).blind(10, 20, 30, 50)
    assert seen.found == ["1 intervals of 10 s without a blind entry, since 2026-01-01T12:00:40Z"]
    assert seen.closed(55, "2").blind(120, 240).found[1:] == []
    assert seen.blind(480).found[1][:24] == "1 intervals of 120 s wit"


def test_a_clock_that_stopped_shows_by_what_else_is_logged():
    seen = Seen().opened(10).blind(60)
    assert overdue(seen.shelf, at(179)) == []
    [told] = overdue(seen.shelf, at(180))
    assert told.alert
    assert told.text.startswith("1 intervals")
    assert overdue(seen.shelf, at(180)) == [told]  # asking changes nothing
    assert overdue(seen.shelf, "") == []
    assert list(clock_of(seen.shelf).opened) == ["1"]


@pytest.mark.parametrize("interval", [0, -1, True, None, "60", 1.5])
def test_an_opening_without_an_interval_is_a_broken_rule(interval):
    seen = Seen().opened(10, interval=interval)
    assert seen.found == ["opens nothing, or without an interval"]
    assert clock_of(seen.shelf).opened == {}
