"""What a lawful order of a draw is beyond the protocol's own demands (draw.md, step 1). Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import DrawFigures
from oversight.values.instants import SHANGHAI

SEATS_FIT = Rule(
    "draw_order.seats_fit",
    "A draw fills the committee's seats that no representative of the buyer takes; a supplement "
    "those of them that are empty.",
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


def check_seats(strata: Sequence[tuple[str, int]], size: int, taken: int) -> None:
    """Return only if the seats of all strata together are those that are to be drawn.

    `taken` counts representatives, and for a supplement the seats that its parents fill.

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
