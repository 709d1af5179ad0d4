"""What a lawful order of a draw is beyond the protocol's own demands (draw.md, step 1). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from bidding.classification.rules import region_prefix
from bidding.committee.rules import Body
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import DrawFigures, Edition
from oversight.values.calendar import Calendar, WorkingDays
from oversight.values.instants import SHANGHAI

SEATS_FIT = Rule(
    "draw_order.seats_fit",
    "A draw fills the committee's seats that no representative of the buyer and no appointed "
    "expert takes; a supplement those of them that are empty.",
    "招标投标法 37; 政府采购法 38; 87令 47",
    Ground.UNLAWFUL,
)
CONTRIBUTORS_KNOWN = Rule(
    "draw_order.contributors_known",
    "A contributor is a registered party with a current signing key.",
    "design: draw.md#Who acts",
    Ground.UNLAWFUL,
)
APPLICANT_ITSELF = Rule(
    "draw_order.applicant_itself",
    "The party that orders a draw is one of its contributors.",
    "design: draw.md#Who acts",
    Ground.UNLAWFUL,
)
ORDERED_BY_FORMER = Rule(
    "draw_order.ordered_by_former",
    "A draw is ordered by the party that formed the committee.",
    "design: draw.md#1. Order",
    Ground.FORBIDDEN,
)
EVALUATION_AHEAD = Rule(
    "draw_order.evaluation_ahead",
    "The day of the evaluation, for which experts are judged, is today (in Beijing) or later.",
    "design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)
COMMITTEE_CURRENT = Rule(
    "draw_order.committee_current",
    "A draw is ordered for the newest committee of its line.",
    "design: draw.md#1. Order",
)
CAPS_LAWFUL = Rule(
    "draw_order.caps_lawful",
    "A cap on employers is there and no looser than the edition's.",
    "design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)

REGION_REASONED = Rule(
    "draw_order.region_reasoned",
    "Experts are drawn from the edition's usual region, or the order says why not.",
    "招标投标法实施条例 45, 46; 政府采购法实施条例 39",
    Ground.UNLAWFUL,
)
WINDOW_REASONED = Rule(
    "draw_order.window_reasoned",
    "A draw is ordered within the edition's window before the evaluation, or says why earlier.",
    "渝 30; 财库〔2016〕198号 14",
    Ground.UNLAWFUL,
)
REASON_KNOWN = Rule(
    "draw_order.reason_known",
    "A reason for departing from what is usual is one of its coded reasons.",
    "design: draw.md#1. Order",
    Ground.UNLAWFUL,
)

REGION_REASONS: Final = ("local-conditions", "site-visit", "urgent")
EARLY_REASONS: Final = ("remote-evaluation", "holidays", "preparation")
# Whose members may be drawn earlier (财库〔2016〕198号 14).
_ANY_TIME: Final = frozenset({Body.NEGOTIATION_GROUP, Body.CONSULTATION_GROUP})


class Window(msgspec.Struct, frozen=True):
    """When a draw is ordered, for which evaluation."""

    at: datetime
    evaluation: date
    body: str  # kind of the committee
    calendar: Calendar

    def opened(self, hours: int | None, workdays: int | None) -> bool:
        """Tell whether the time before the evaluation's day is no longer than these allow.

        The hour of the evaluation is not told: hours are counted from the day's beginning, so
        that nobody is called early who is not. The working day on which it is ordered does not
        count.

        Raises:
            RuleBroken: CALENDAR_ANNOUNCED.
        """
        begins = datetime.combine(self.evaluation, time(), SHANGHAI)
        if hours is not None and self.at < begins - timedelta(hours=hours):
            return False
        today = self.at.astimezone(SHANGHAI).date()
        if workdays is None or (self.evaluation - today).days <= workdays:
            return True
        return self.calendar.add(today, WorkingDays(workdays)) >= self.evaluation


def check_regions(regions: Iterable[str], edition: Edition, reason: str | None) -> list[str]:
    """Return the figure that the strata miss, where it is soft and no reason is given.

    Raises:
        RuleBroken: REGION_REASONED, naming the regions, where the figure is hard; REASON_KNOWN.
    """
    _check_reason(reason, REGION_REASONS)
    digits = edition.draw.region_digits
    narrow = sorted(one for one in set(regions) if digits and len(region_prefix(one)) > digits)
    if not narrow or reason is not None:
        return []
    if edition.hard("draw_region_digits"):
        raise RuleBroken(
            REGION_REASONED,
            needed="a wider region, or region_reason: " + " | ".join(REGION_REASONS),
            narrow=narrow,
        )
    return ["draw_region_digits"]


def check_window(window: Window, edition: Edition, reason: str | None) -> list[str]:
    """Return the figure that an early order misses, where it is soft and no reason is given.

    Raises:
        RuleBroken: WINDOW_REASONED where the figure is hard; REASON_KNOWN; CALENDAR_ANNOUNCED.
    """
    _check_reason(reason, EARLY_REASONS)
    if reason is not None or window.body in _ANY_TIME:
        return []
    figures = edition.contact
    opened = {
        "draw_window_hours": window.opened(figures.window_hours, None),
        "draw_window_workdays": window.opened(None, figures.window_workdays),
    }
    missed = [name for name, is_open in opened.items() if not is_open]
    if hard := [name for name in missed if edition.hard(name)]:
        raise RuleBroken(
            WINDOW_REASONED,
            needed="an order nearer to the evaluation, or early_reason: "
            + " | ".join(EARLY_REASONS),
            figures={name: edition.figures[name].value for name in hard},
        )
    return missed


def _check_reason(reason: str | None, known: Sequence[str]) -> None:
    if reason is not None and reason not in known:
        raise RuleBroken(REASON_KNOWN, needed=" | ".join(known))


def check_seats(strata: Sequence[tuple[str, int]], size: int, taken: int) -> None:
    """Return only if the seats of all strata together are those that are to be drawn.

    `taken` counts representatives, appointed experts, and for a supplement the seats that its
    parents fill.

    Raises:
        RuleBroken: SEATS_FIT.
    """
    assert 0 <= taken <= size
    seats, needed = sum(count for _, count in strata), size - taken
    if seats != needed:
        raise RuleBroken(SEATS_FIT, needed=f"{needed} seats in all", seats=seats)


def caps_of(ordered: Mapping[str, int] | None, figures: DrawFigures) -> dict[str, int]:
    """Return the caps of the draw: those that are ordered, or the edition's where none are.

    Raises:
        RuleBroken: CAPS_LAWFUL.
    """
    bound = figures.employer_cap
    if ordered is None:
        return {} if bound is None else {"employer": bound}
    if bound is not None and ordered.get("employer", bound + 1) > bound:
        raise RuleBroken(CAPS_LAWFUL, needed=f"employer at most {bound}", caps=dict(ordered))
    return dict(sorted(ordered.items()))


def check_applicant(party: str, contributors: Sequence[str]) -> None:
    """Return only if the ordering party contributes itself.

    Raises:
        RuleBroken: APPLICANT_ITSELF.
    """
    if party not in contributors:
        raise RuleBroken(APPLICANT_ITSELF, needed=f"{party} among the contributors")


def check_own_committee(party: str, formed_by: str) -> None:
    """Return only if the ordering party formed the committee itself.

    Raises:
        RuleBroken: ORDERED_BY_FORMER.
    """
    if party != formed_by:
        raise RuleBroken(ORDERED_BY_FORMER, needed="the party that formed the committee")


def check_day(evaluation: date, at: datetime) -> None:
    """Return only if the day of the evaluation is not over.

    A day of one's choice in the past would choose who was away, barred or too old on it.

    Raises:
        RuleBroken: EVALUATION_AHEAD.
    """
    today = at.astimezone(SHANGHAI).date()
    if evaluation < today:
        raise RuleBroken(EVALUATION_AHEAD, needed=f"{today} or later", day=str(evaluation))


def check_keys(keys: Mapping[str, Sequence[str]]) -> None:
    """Return only if every party has a current signing key.

    Raises:
        RuleBroken: CONTRIBUTORS_KNOWN, naming all that have none.
    """
    if keyless := sorted(party for party, known in keys.items() if not known):
        raise RuleBroken(
            CONTRIBUTORS_KNOWN, needed="a registered signing key of each", parties=keyless
        )
