"""The editions and the calendar that this instance has in force, as its settings say."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from oversight.configuration import settings
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook import rules
from oversight.rulebook.figures import Edition
from oversight.values.calendar import (
    ANNOUNCED,
    CALENDAR_READABLE,
    Calendar,
    with_announcements,
)

FIGURE_KNOWN = Rule(
    "rulebook.figure_known",
    "A figure that the settings enforce is one of its edition, with a value.",
    "design: rulebook editions",
    Ground.MALFORMED,
)


def editions_in_force() -> Mapping[str, Edition]:
    """Return the editions that the settings name, with the figures they enforce made hard.

    Raises:
        RuleBroken: EDITION_KNOWN or FIGURE_KNOWN, where the settings name what does not exist.
    """
    chosen = settings()
    return _editions(chosen.editions, chosen.enforced_figures)


def edition_in_force(name: str) -> Edition:
    """Return one edition in force here.

    Raises:
        RuleBroken: EDITION_KNOWN.
    """
    return rules.edition(name, editions_in_force())


def edition_of_case(name: str) -> Edition:
    """Return the edition under which a case began, though it may be in force no more.

    Raises:
        RuleBroken: EDITION_KNOWN, where no edition has ever had the name.
    """
    return editions_in_force().get(name) or rules.edition(name)


def calendar_in_force() -> Calendar:
    """Return the announced years, those of the settings' calendar file included.

    Raises:
        RuleBroken: CALENDAR_READABLE.
    """
    return _calendar(settings().calendar_file)


@cache
def _editions(names: tuple[str, ...], enforced: tuple[str, ...]) -> Mapping[str, Edition]:
    editions = {name: rules.edition(name) for name in names}
    for each in enforced:
        name, _, figure = each.partition(":")
        held = rules.edition(name, editions)
        if figure not in held.figures or held.figures[figure].value is None:
            raise RuleBroken(FIGURE_KNOWN, needed="edition:figure, as T-2025:expert_age_below")
        editions[name] = held.enforcing(figure)
    return editions


@cache
def _calendar(file: str) -> Calendar:
    if not file:
        return ANNOUNCED
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise RuleBroken(CALENDAR_READABLE, needed="a readable file in UTF-8") from None
    return with_announcements(ANNOUNCED, text)
