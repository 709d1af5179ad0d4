"""The fixed clock of blind entries, as far as the public log shows it. Pure.

While something is open that nobody may count, each interval of the seconds that its opening
states owes exactly one blind entry. The log shows when a blind entry was recorded, so an interval
without one, or with two, can be seen: an alert and no broken rule, for a service that stood still
makes up for nothing (a later entry would claim a time at which nobody looked). Intervals that
began before the opening or ended after the closing owe nothing that an outsider could know of.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from oversight.blind.facts import BlindLogged, UncountedClosed, UncountedOpened
from oversight.ledger.facts import Entry
from oversight.public_audit.rules import EntryRule, Finding, Line, Shelf, Told
from oversight.values.digests import is_hex
from oversight.values.instants import from_micro_text, to_text

BLINDS = "blinds"  # shelf


class Clock(msgspec.Struct):
    """What is open, and how far its intervals were seen; times in POSIX seconds."""

    opened: dict[str, tuple[str, int]] = {}  # by id: the subject, and the seconds of an interval
    owed: int = 0  # when the first interval began of which no blind entry was seen yet
    last: int = -1  # when the interval of the newest blind entry began

    @property
    def seconds(self) -> int:
        """The interval that holds: the shortest that was promised."""
        return min(seconds for _, seconds in self.opened.values())

    def settle(self, now: int) -> Iterator[Finding]:
        """Tell which intervals are over and had no blind entry."""
        missed = (now - self.owed) // self.seconds if self.opened else 0
        if missed > 0:
            since = to_text(datetime.fromtimestamp(self.owed, UTC))
            yield Finding(
                f"{missed} intervals of {self.seconds} s without a blind entry, since {since}",
                alert=True,
            )
            self.owed += missed * self.seconds

    def turn(self, opened: dict[str, tuple[str, int]], now: int) -> None:
        """Let other things be open from now on; another interval begins at its next multiple."""
        before = self.seconds if self.opened else 0
        self.opened = opened
        if opened and self.seconds != before:
            self.owed, self.last = (now // self.seconds + 1) * self.seconds, -1

    def strike(self, now: int) -> Iterator[Finding]:
        """Take a blind entry in."""
        yield from self.settle(now)
        began = now // self.seconds * self.seconds
        if began == self.last:
            yield Finding(f"a second blind entry in one interval of {self.seconds} s", alert=True)
        self.last, self.owed = max(self.last, began), max(self.owed, began + self.seconds)


def clock_of(shelf: Shelf) -> Clock:
    """Return the clock as the entries left it."""
    kept = shelf.get("clock")
    return msgspec.json.decode(kept, type=Clock) if kept else Clock()


def overdue(shelf: Shelf, newest: str) -> list[Finding]:
    """Return what is missing at the end of the log, whose newest entry says this instant."""
    return [*clock_of(shelf).settle(_second(newest))] if newest else []


def _keep(shelf: Shelf, clock: Clock) -> None:
    shelf.put("clock", msgspec.json.encode(clock))


def _second(at: str) -> int:
    return int(from_micro_text(at).timestamp())


def _is_blind(line: Line | Entry) -> bool:
    return not line.subject and is_hex(line.body.get("root"), 32)


def _judge_blind(told: Told, shelf: Shelf) -> Iterator[Finding]:
    yield Finding("is blind, but not a root about no subject")


def _judge_instants(
    instants: Sequence[tuple[int, str]], shelf: Shelf
) -> Iterator[tuple[int, Finding]]:
    clock = clock_of(shelf)
    if not clock.opened:
        return
    for index, at in instants:
        for finding in clock.strike(_second(at)):
            yield index, finding
    _keep(shelf, clock)


def _judge_opened(told: Told, shelf: Shelf) -> Iterator[Finding]:
    opening, seconds, clock = told.body.get("id"), told.body.get("seconds"), clock_of(shelf)
    if not isinstance(opening, str) or type(seconds) is not int or seconds < 1:
        yield Finding("opens nothing, or without an interval")
    elif opening in clock.opened or shelf.get(f"closed:{opening}") is not None:
        yield Finding("opens a second time under one id")
    else:
        now = _second(told.at)
        yield from clock.settle(now)
        clock.turn(clock.opened | {opening: (told.subject, seconds)}, now)
        _keep(shelf, clock)


def _judge_closed(told: Told, shelf: Shelf) -> Iterator[Finding]:
    opening, clock = told.body.get("id"), clock_of(shelf)
    if not isinstance(opening, str) or clock.opened.get(opening, ("",))[0] != told.subject:
        yield Finding("closes what is not open about its subject")
        return
    now = _second(told.at)
    yield from clock.settle(now)
    clock.turn({key: value for key, value in clock.opened.items() if key != opening}, now)
    _keep(shelf, clock)
    shelf.put(f"closed:{opening}", b"1")


BLIND_CLOCK = EntryRule(
    BLINDS,
    "A blind entry is about no subject and says a root; what was opened once is closed once; and "
    "in between each interval has one blind entry.",
    {
        BlindLogged.kind: _judge_blind,
        UncountedOpened.kind: _judge_opened,
        UncountedClosed.kind: _judge_closed,
    },
    {BlindLogged.kind: _is_blind},
    {BlindLogged.kind: _judge_instants},
)
