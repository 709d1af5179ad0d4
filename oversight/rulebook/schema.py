"""What travels over HTTP about the rulebook."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.errors import Rule
from oversight.rulebook.figures import Edition, Figure


class RuleView(msgspec.Struct, frozen=True):
    """One sentence of the rulebook."""

    code: str
    demands: str
    source: str
    ground: str


class FigureView(msgspec.Struct, frozen=True):
    """One figure with its source."""

    name: str
    value: Annotated[
        bool | int | str | list[str] | None, Meta(description="null: the text is not in hand.")
    ]
    unit: str
    source: str
    confidence: Annotated[str, Meta(description="A read, B copy, M memory, s second hand, D ours.")]
    scope: str
    hard: Annotated[bool, Meta(description="May refuse an act by itself; else it warns.")]


class EditionView(msgspec.Struct, frozen=True):
    """The figures of one regime from one day on."""

    name: str
    regime: str
    title_zh: str
    title_en: str
    published: Annotated[str, Meta(description="Date, or empty where it is not confirmed.")]
    effective: str
    transition: str
    demo: bool
    figures: list[FigureView]


class PermissionView(msgspec.Struct, frozen=True):
    """The right to one act."""

    act: str
    label_zh: str
    label_en: str
    posts: list[str]
    roles: Annotated[list[str], Meta(description="Empty: a party of any role.")]


def rule_view(rule: Rule) -> RuleView:
    """Return a rule as it travels."""
    return RuleView(rule.code, rule.demands, rule.source, rule.ground.value)


def edition_view(edition: Edition) -> EditionView:
    """Return an edition as it travels, its figures by name."""
    return EditionView(
        name=edition.name,
        regime=edition.regime.value,
        title_zh=edition.title_zh,
        title_en=edition.title_en,
        published=edition.published.isoformat() if edition.published else "",
        effective=edition.effective.isoformat(),
        transition=edition.transition,
        demo=edition.demo,
        figures=[
            _figure_view(edition, name, figure) for name, figure in sorted(edition.figures.items())
        ],
    )


def _figure_view(edition: Edition, name: str, figure: Figure) -> FigureView:
    value = list(figure.value) if isinstance(figure.value, tuple) else figure.value
    return FigureView(
        name,
        value,
        figure.unit,
        figure.source,
        figure.confidence.value,
        figure.scope,
        edition.hard(name),
    )
