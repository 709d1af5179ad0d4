"""The editions that exist, and which of them governs a case."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.below_limits import L_2025
from oversight.rulebook.demonstration import DEMO
from oversight.rulebook.figures import Edition, Regime
from oversight.rulebook.procurement import P_2025
from oversight.rulebook.tendering import T_2025

EDITION_KNOWN = Rule(
    "rulebook.edition_known",
    "The edition of the rulebook is one that this service has in force.",
    "design: rulebook editions",
    Ground.UNLAWFUL,
)
EDITION_COVERS = Rule(
    "rulebook.edition_covers",
    "An edition of the regime is in force on the day the case starts.",
    "design: rulebook editions",
    Ground.UNLAWFUL,
)

EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {each.name: each for each in (T_2025, P_2025, L_2025, DEMO)}
)


def edition(name: str, among: Mapping[str, Edition] = EDITIONS) -> Edition:
    """Return the edition called `name`.

    Raises:
        RuleBroken: EDITION_KNOWN, naming those that are known.
    """
    if name not in among:
        raise RuleBroken(EDITION_KNOWN, needed=f"one of {', '.join(sorted(among))}")
    return among[name]


def edition_for(
    regime: Regime, start_date: date, among: Mapping[str, Edition] = EDITIONS
) -> Edition:
    """Return the regime's newest edition in effect on the day a case starts; never a demo.

    Raises:
        RuleBroken: EDITION_COVERS, when the case starts before the regime's first edition.
    """
    candidates = [each for each in among.values() if each.regime is regime and not each.demo]
    effective = [each for each in candidates if each.effective <= start_date]
    if not effective:
        raise RuleBroken(
            EDITION_COVERS,
            needed="a start date on or after the first edition of the regime in force",
            regime=regime.value,
            start_date=start_date.isoformat(),
            editions={each.name: each.effective.isoformat() for each in candidates},
        )
    return max(effective, key=lambda each: each.effective)
