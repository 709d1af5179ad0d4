"""Instants: one text for one time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from oversight.values.instants import SHANGHAI, from_micro_text, from_text, to_micro_text, to_text

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


def test_seconds_are_cut_off_not_rounded():
    assert to_text(AT.replace(microsecond=999_999)) == "2026-03-01T08:00:00Z"


def test_six_decimals_are_always_written():
    assert to_micro_text(AT.replace(microsecond=0)) == "2026-03-01T08:00:00.000000Z"
    assert from_micro_text(to_micro_text(AT)) == AT


def test_every_zone_is_written_in_utc():
    assert to_text(AT.astimezone(SHANGHAI)) == to_text(AT)
    assert to_text(AT.astimezone(timezone(timedelta(hours=-3)))) == to_text(AT)


def test_shanghai_is_eight_hours_ahead():
    assert AT.astimezone(SHANGHAI).isoformat().startswith("2026-03-01T16:00")


def test_what_is_read_is_aware():
    assert from_text("2026-03-01T08:00:00Z") == AT.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T08:00:00", "2026-03-01T08:00:00+00:00", "2026-03-01 08:00:00Z",
     "2026-03-01T08:00:00.0Z", "2026-02-29T08:00:00Z", "2026-03-01T24:00:00Z", "20260301T080000Z",
     "2026-03-01T08:00:00Z\n", "２026-03-01T08:00:00Z", "2026-03-01T08:00:60Z"],
)  # fmt: skip
def test_a_time_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match="not a time"):
        from_text(text)


def test_a_time_without_a_zone_is_our_own_fault():
    with pytest.raises(AssertionError):
        to_text(AT.replace(tzinfo=None))
