"""How a body that evaluates is composed, and when another may take its place. Pure."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction

import msgspec

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import Edition
from oversight.values.money import Money

LOTS_MAX = 100  # lots that one body decides on
SIZE_MAX = 99  # members; a bound of the service, far above any committee

COMPOSITION_LAWFUL = Rule(
    "committee.composition_lawful",
    "The body has the size and the mix that its edition of the rulebook demands.",
    "招标投标法 37; 政府采购法 38, 40; 87令 47",
    Ground.UNLAWFUL,
)
BODY_OF_REGIME = Rule(
    "committee.body_of_regime",
    "The regime of the case knows a body of this kind.",
    "招标投标法 37; 政府采购法 38, 40",
    Ground.UNLAWFUL,
)
LOTS_DISTINCT = Rule(
    "committee.lots_distinct",
    "A body is formed for at least one lot, each named once.",
    "design: draw.md#1. Order",
    Ground.UNLAWFUL,
)
PREDECESSOR_NAMED = Rule(
    "committee.predecessor_named",
    "A further body for the same tender, lot and kind names as predecessor the newest of its line, "
    "even if that one did not decide on the lot.",
    "design: draw.md#1. Order",
)
PREDECESSOR_FITS = Rule(
    "committee.predecessor_fits",
    "A predecessor has the same tender, kind and rulebook, it or one before it decided on one of "
    "the lots, and no other took its place yet.",
    "design: draw.md#1. Order",
)
COMMITTEE_KNOWN = Rule(
    "committee.known",
    "The committee was formed here.",
    "design: draw.md#1. Order",
    Ground.ABSENT,
)

FORM_COMMITTEE = Permission(
    "bidding.committee.form",
    frozenset({Post.DRAW_APPLICANT}),
    frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT}),
    "组建评审机构",
    "Form a body that evaluates",
)
READ_COMMITTEE = Permission(
    "bidding.committee.read",
    frozenset(Post) - {Post.EXPERT, Post.SIGN_IN_CLERK},
    None,
    "查看评审机构",
    "Read how a body was formed",
)


class Body(StrEnum):
    """Kinds of bodies whose members are drawn (GLOSSARY: bodies that evaluate)."""

    EVALUATION_COMMITTEE = "evaluation-committee"
    NEGOTIATION_GROUP = "negotiation-group"
    CONSULTATION_GROUP = "consultation-group"
    INQUIRY_GROUP = "inquiry-group"
    PREQUALIFICATION_COMMITTEE = "prequalification-committee"


GROUPS = frozenset({Body.NEGOTIATION_GROUP, Body.CONSULTATION_GROUP, Body.INQUIRY_GROUP})


class Composition(msgspec.Struct, frozen=True):
    """What a body is made of, and what about its case decides on its size."""

    body: Body
    size: int  # members, representatives included
    representatives: int  # sent by the buyer, not drawn
    budget: Money | None  # of the lots together; None: not stated
    demanding: bool  # technically complex, or of large social impact


class Standing(msgspec.Struct, frozen=True):
    """A committee that already stands, as far as a successor must know it."""

    id: str
    tender: str
    body: str
    number: int
    rulebook: str
    succeeded: bool  # another committee names it as its predecessor


class _Breach(msgspec.Struct, frozen=True):
    figure: str
    needed: str
    found: str


def check_composition(made_of: Composition, edition: Edition) -> list[str]:
    """Return the names of soft figures that the composition misses; refuse a missed hard one.

    A figure is soft while its text is unconfirmed or merely local and nobody enforces it.

    Raises:
        RuleBroken: BODY_OF_REGIME or COMPOSITION_LAWFUL, naming the figure and its article.
    """
    assert made_of.representatives >= 0
    if made_of.body in GROUPS and edition.committee.group_size_min is None:
        raise RuleBroken(
            BODY_OF_REGIME,
            needed="an evaluation committee, or a case under the procurement law",
            body=made_of.body.value,
            regime=edition.regime.value,
        )
    breaches = list(_breaches(made_of, edition))
    for breach in breaches:
        if edition.hard(breach.figure):
            raise RuleBroken(
                COMPOSITION_LAWFUL,
                needed=breach.needed,
                figure=breach.figure,
                article=edition.figures[breach.figure].source,
                composition=breach.found,
            )
    return [breach.figure for breach in breaches]


def _breaches(made_of: Composition, edition: Edition) -> Iterator[_Breach]:
    group = made_of.body in GROUPS
    figures = edition.committee
    size, size_figure = figures.size_min, "committee_size_min"
    share, share_figure = figures.expert_share_min, "committee_expert_share_min"
    if group:
        assert figures.group_size_min is not None
        assert figures.group_expert_share_min is not None
        size, size_figure = figures.group_size_min, "group_size_min"
        share, share_figure = figures.group_expert_share_min, "group_expert_share_min"
    larger = figures.group_large_size_min if group else figures.large_size_min
    if larger is not None and _is_large(made_of, edition):
        size, size_figure = larger, f"{'group' if group else 'committee'}_large_size_min"
    if made_of.size < size:
        yield _Breach(size_figure, f"at least {size} members", f"{made_of.size} members")
    if figures.size_odd and made_of.size % 2 == 0:
        yield _Breach("committee_size_odd", "an odd number of members", f"{made_of.size} members")
    yield from _mix(made_of, edition, share, share_figure)


def _is_large(made_of: Composition, edition: Edition) -> bool:
    bound = edition.committee.large_budget_fen
    rich = bound is not None and made_of.budget is not None and made_of.budget >= Money(bound)
    return rich or made_of.demanding


def _mix(made_of: Composition, edition: Edition, share: Fraction, figure: str) -> Iterator[_Breach]:
    """Yield what is wrong between drawn experts and members whom the buyer sends."""
    found = f"{made_of.representatives} representatives among {made_of.size} members"
    most = made_of.size - -(-made_of.size * share.numerator // share.denominator)
    if made_of.representatives > most:
        yield _Breach(figure, f"at most {most} representatives of the buyer", found)
    seats = edition.figures.get("committee_buyer_seats_max")
    if seats is not None and isinstance(seats.value, int) and made_of.representatives > seats.value:
        yield _Breach("committee_buyer_seats_max", f"at most {seats.value} representatives", found)


def check_lots(lots: Collection[str]) -> list[str]:
    """Return the lots in ascending order, or refuse none or a repetition (LOTS_DISTINCT)."""
    if not lots or len(set(lots)) != len(lots):
        raise RuleBroken(LOTS_DISTINCT, needed="one lot or more, each once", lots=len(lots))
    return sorted(lots)


def place_in_line(
    tender: str,
    body: str,
    rulebook: str,
    *,
    predecessor: Standing | None,
    line: Collection[str],
    standing: Sequence[str],
) -> int:
    """Return the number of a body that takes its predecessor's place, or of a first one: 1.

    Attempts count along a line. A lot that changed its line, or began a new one, would begin to
    count anew; so whoever decided on a lot before has to be in the line that is continued.

    Args:
        predecessor: the committee that it names, or None.
        line: ids of the predecessor and of all that stood before it.
        standing: ids of all committees, succeeded or not, for the same tender and kind that share
            a lot with it, oldest first.

    Raises:
        RuleBroken: PREDECESSOR_FITS, PREDECESSOR_NAMED.
    """
    if predecessor is not None:
        _check_fit(tender, body, rulebook, predecessor)
    elsewhere = [other for other in standing if other not in line]
    if elsewhere:
        raise RuleBroken(
            PREDECESSOR_NAMED,
            needed=f"as predecessor the newest committee in the line of {elsewhere[-1]}",
            standing=elsewhere[-1],
            predecessor=predecessor.id if predecessor else None,
        )
    if predecessor is not None and not standing:
        raise _misfit(predecessor, ["lots"])
    return predecessor.number + 1 if predecessor else 1


def _check_fit(tender: str, body: str, rulebook: str, predecessor: Standing) -> None:
    obstacles = {
        "tender": predecessor.tender != tender,
        "body": predecessor.body != body,
        "rulebook": predecessor.rulebook != rulebook,
        "successor": predecessor.succeeded,
    }
    differing = [name for name, differs in obstacles.items() if differs]
    if differing:
        raise _misfit(predecessor, differing)


def _misfit(predecessor: Standing, differing: list[str]) -> RuleBroken:
    return RuleBroken(
        PREDECESSOR_FITS,
        needed="the newest committee of the same tender, lots and kind",
        predecessor=predecessor.id,
        differs_in=differing,
    )
