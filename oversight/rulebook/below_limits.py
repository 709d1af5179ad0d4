"""Regime L: below the compulsory limits, where local rules and a county pool are lawful.

National law is silent here; these are defaults to be replaced by an edition that names the
county's own document. Only the protocol's figures are hard.
"""

from datetime import date
from types import MappingProxyType

from oversight.rulebook.figures import Confidence, Edition, Figure, Regime
from oversight.rulebook.protocol import CONTACT, DRAW, FEE, NEUTRAL_PURPOSES, SIGN_IN

_M, _D = Confidence.MEMORY, Confidence.DESIGN

_LOCAL = "local rules below the limits (限额以下): no one text; default of this system"

L_2025 = Edition(
    name="L-2025",
    regime=Regime.BELOW_LIMITS,
    title_zh="限额以下交易 2025",
    title_en="Below the compulsory limits, 2025",
    published=None,
    effective=date(2025, 1, 1),
    transition="A case keeps the edition in force on its start date until it is archived.",
    figures=MappingProxyType(
        {
            **DRAW,
            **CONTACT,
            **SIGN_IN,
            **FEE,
            "draw_region_digits": Figure(
                None, "digits of GB/T 2260 that a stratum fixes without a reason", _LOCAL, _M
            ),
            "draw_identities": Figure("parties", "audience", _LOCAL, _D),
            "draw_purposes": Figure(
                NEUTRAL_PURPOSES,
                "purposes of draws from lists",
                "design: no text at hand lets suppliers or winners be drawn below the limits; "
                "cf. 发改法规规〔2022〕1117号 (二)",
                _D,
            ),
            "committee_size_min": Figure(3, "people", _LOCAL, _M),
            "committee_size_odd": Figure(True, "flag", _LOCAL, _M),
            "committee_expert_share_min": Figure("2/3", "share", _LOCAL, _M),
            "committee_buyer_may_head": Figure(True, "flag", _LOCAL, _M),
            "expert_years_min": Figure(5, "years in the field", _LOCAL, _M),
            "expert_title_min": Figure("mid", "title", _LOCAL, _M),
            "expert_age_below": Figure(70, "years of age", _LOCAL, _M),
            "expert_clean_years": Figure(3, "years", _LOCAL, _M),
            "expert_lookback_years": Figure(
                3, "years", "design, as 采购法实施条例 9; no local text", _D
            ),
            "expert_term_years": Figure(None, "years", _LOCAL, _M),
            "expert_draws_max": Figure(3, "draws", _LOCAL, _M),
            "expert_draws_period_days": Figure(30, "days", _LOCAL, _M),
        }
    ),
)
