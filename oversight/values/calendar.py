"""Legal days and working days: two ways to count, never mixed up.

The starting day does not count; a last day inside a statutory holiday moves on (87令 85). Which
Saturdays and Sundays are worked is announced by the State Council late in the year before: what
is not announced yet is refused, never guessed.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec
from chinese_calendar import constants

from oversight.errors import Ground, Rule, RuleBroken
from oversight.values.canonical import canonical
from oversight.values.digests import sha256

CALENDAR_ANNOUNCED = Rule(
    "calendar.announced",
    "The holidays and make-up workdays of every day that is counted have been announced.",
    "全国年节及纪念日放假办法; design: calendar versions",
    Ground.UNLAWFUL,
)
CALENDAR_READABLE = Rule(
    "calendar.readable",
    "A calendar file names years, each with a list of holidays and one of make-up workdays.",
    "design: calendar versions",
    Ground.MALFORMED,
)

SATURDAY = 5
ONE_DAY = timedelta(days=1)
# The announcement for a year has moved days of the last week before it (2006, 2011, 2018).
SETTLED_UNTIL = (12, 24)


class LegalDays(msgspec.Struct, frozen=True):
    """A count of days as the laws say 日: every day of the calendar counts."""

    count: int


class WorkingDays(msgspec.Struct, frozen=True):
    """A count of days as the laws say 工作日: only days that are worked count."""

    count: int


class LastDay(StrEnum):
    """What moves the last of a period of legal days."""

    HOLIDAY = "holiday"  # an announced holiday: to the day after it (87令 85)
    REST = "rest"  # a plain weekend too: to the next working day (民法典 203; a reading)


class YearTable(msgspec.Struct, frozen=True):
    """What one announcement says: days off around statutory holidays, and weekends worked."""

    holidays: frozenset[date]
    workdays: frozenset[date]


class Calendar(msgspec.Struct, frozen=True):
    """The announced years. Equal versions mean equal tables, on whatever machine."""

    version: str  # "cn-2026-" and 12 hex digits of the tables' digest
    years: Mapping[int, YearTable]

    def is_holiday(self, day: date) -> bool:
        """Tell whether the day is off on account of a statutory holiday; plain weekends are not.

        Raises:
            RuleBroken: CALENDAR_ANNOUNCED.
        """
        return any(day in table.holidays for table in self._tables(day))

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is worked: no holiday, and no weekend unless made up.

        Raises:
            RuleBroken: CALENDAR_ANNOUNCED.
        """
        tables = self._tables(day)
        if any(day in table.workdays for table in tables):
            return True
        return day.weekday() < SATURDAY and not self.is_holiday(day)

    def add(
        self, start: date, period: LegalDays | WorkingDays, moved_by: LastDay = LastDay.HOLIDAY
    ) -> date:
        """Return the last day of a period that `start` sets off; `start` does not count.

        Raises:
            RuleBroken: CALENDAR_ANNOUNCED, when the answer hangs on a year not announced.
        """
        assert period.count >= 0, "a period runs forward"
        if isinstance(period, WorkingDays):
            return self._after_working_days(start, period.count)
        last = start + period.count * ONE_DAY
        while self._is_off(last, moved_by):
            last += ONE_DAY
        return last

    def _after_working_days(self, start: date, count: int) -> date:
        day = start
        while count:
            day += ONE_DAY
            count -= self.is_working_day(day)
        return day

    def _is_off(self, day: date, moved_by: LastDay) -> bool:
        return self.is_holiday(day) if moved_by is LastDay.HOLIDAY else not self.is_working_day(day)

    def _tables(self, day: date) -> list[YearTable]:
        """Return the announcements that may speak of the day: its year's, late in it the next."""
        years = [day.year]
        if (day.month, day.day) > SETTLED_UNTIL:
            years.append(day.year + 1)
        for year in years:
            if year not in self.years:
                needed = "a calendar file with the State Council's announcement for the year"
                raise RuleBroken(CALENDAR_ANNOUNCED, needed=needed, year=year, version=self.version)
        return [self.years[year] for year in years]


def make_calendar(years: Mapping[int, YearTable]) -> Calendar:
    """Return the calendar over these years, its version drawn from their contents."""
    content = [
        [year, _texts(table.holidays), _texts(table.workdays)]
        for year, table in sorted(years.items())
    ]
    return Calendar(f"cn-{max(years)}-{sha256(canonical(content)).hex()[:12]}", dict(years))


def with_announcements(calendar: Calendar, text: str) -> Calendar:
    """Return the calendar with years added or replaced by those of a TOML text.

    The text has a table for each year, `[2027]`, with the lists of dates `holidays` (whole days
    off, weekends inside them included) and `workdays` (weekends that are worked).

    Raises:
        RuleBroken: CALENDAR_READABLE.
    """
    try:
        raw = tomllib.loads(text)
        named = {int(year): msgspec.convert(table, _Announcement) for year, table in raw.items()}
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise RuleBroken(CALENDAR_READABLE, needed=str(error)) from None
    added = {year: _table(year, announced) for year, announced in named.items()}
    return make_calendar({**calendar.years, **added})


class _Announcement(msgspec.Struct, forbid_unknown_fields=True):
    holidays: list[date]
    workdays: list[date]


def _table(year: int, announced: _Announcement) -> YearTable:
    """Check an announcement against what every announcement so far had in common."""
    table = YearTable(frozenset(announced.holidays), frozenset(announced.workdays))
    problems = {
        "a day is both holiday and workday": table.holidays & table.workdays,
        "a workday is no weekend": {d for d in table.workdays if d.weekday() < SATURDAY},
        "a day lies outside the year and the week before it": {
            day
            for day in table.holidays | table.workdays
            if not (date(year - 1, *SETTLED_UNTIL) < day <= date(year, 12, 31))
        },
        "1 January is no holiday": {date(year, 1, 1)} - table.holidays,
    }
    for problem, days in problems.items():
        if days:
            raise RuleBroken(CALENDAR_READABLE, needed=problem, year=year, days=_texts(days))
    return table


def _texts(days: Iterable[date]) -> list[str]:
    return sorted(day.isoformat() for day in days)


def _announced() -> Calendar:
    """Return the years that the library knows; it files a day under the year it lies in."""
    years = {day.year for day in constants.holidays}
    return make_calendar(
        {
            year: YearTable(
                frozenset(day for day in constants.holidays if day.year == year),
                frozenset(day for day in constants.workdays if day.year == year),
            )
            for year in years
        }
    )


ANNOUNCED = _announced()
