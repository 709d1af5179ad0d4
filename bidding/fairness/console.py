"""The report of `daylight draw audit`, for a person to read."""

from collections.abc import Iterator
from pathlib import Path

from bidding.fairness.rules import Finding, Report, Winners, read_winners

LINES_SHOWN = 8  # of one expert


def winners_of(file: Path | None) -> Winners | None:
    """Return who won, as a file says; None where none is named.

    Raises:
        RuleBroken: WINNERS_READABLE.
    """
    if file is None:
        return None
    return read_winners(file.read_bytes().decode("utf-8", errors="replace"))


def render(report: Report) -> Iterator[str]:
    """Yield the report's lines."""
    yield (
        f"{report.draws} draws, {report.rosters} rosters, {report.experts} experts,"
        f" {report.lines} lines, {report.answers} answers; level {report.level:g} over all figures"
    )
    for figure in report.figures:
        yield f"{figure.name}: {figure.tests} tested, {len(figure.suspicious)} suspicious"
        for one in figure.suspicious:
            yield f"  SUSPICIOUS  {_said(one)}"
            if one.lines:
                yield f"    lines: {', '.join(_first(one.lines))}"
    for small in report.small:
        yield f"small: {small.draw} {small.stratum}: {small.size} experts for {small.seats} seats"
    yield from (f"notice: {text}" for text in report.notices)
    yield from (f"NOT CHECKED: {text}" for text in report.unchecked)
    yield "Suspicious." if report.status == 1 else "Nothing suspicious."


def _said(one: Finding) -> str:
    return (
        f"{one.subject}: {one.found} times, expected {one.expected:.2f};"
        f" p {one.chance:.3g}, among all {one.adjusted:.3g}"
    )


def _first(lines: list[str]) -> list[str]:
    return lines if len(lines) <= LINES_SHOWN else [*lines[:LINES_SHOWN], "…"]
