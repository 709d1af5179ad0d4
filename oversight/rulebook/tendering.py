"""Regime T: compulsory tenders under the tendering law (招标投标法)."""

from datetime import date
from types import MappingProxyType

from oversight.rulebook.figures import Confidence, Edition, Figure, Regime
from oversight.rulebook.protocol import CONTACT, DRAW, FEE, NEUTRAL_PURPOSES, SIGN_IN

_A, _B, _M, _D = Confidence.READ, Confidence.COPY, Confidence.MEMORY, Confidence.DESIGN
_CHONGQING = "Chongqing"

_OPEN = "评标专家和评标专家库管理办法(发改委令26, 2025-01-01): text not in hand"

T_2025 = Edition(
    name="T-2025",
    regime=Regime.TENDERING,
    title_zh="招标投标法体系 2025",
    title_en="Tendering law, 2025",
    published=date(2024, 9, 27),
    effective=date(2025, 1, 1),
    transition="A case keeps the edition in force on its start date until it is archived.",
    figures=MappingProxyType(
        {
            **DRAW,
            **CONTACT,
            **SIGN_IN,
            **FEE,
            "draw_region_digits": Figure(
                2,
                "digits of GB/T 2260 that a stratum fixes without a reason",
                "design: pools are provincial, drawn from at random (招投标法实施条例 45, 46)",
                _D,
            ),
            "draw_identities": Figure(
                "parties", "audience", "no national duty to publish; cf. 招投标法 37", _B
            ),
            "draw_purposes": Figure(
                NEUTRAL_PURPOSES,
                "purposes of draws from lists",
                "发改法规规〔2022〕1117号 (二), to 2027-08-31: no drawing lots for bidders, "
                "candidates or winners",
                _A,
            ),
            "draw_window_hours": Figure(24, "hours before evaluation", "渝 30", _A, _CHONGQING),
            "committee_size_min": Figure(5, "people", "招标投标法 37; 12令 9", _A),
            "committee_size_odd": Figure(True, "flag", "招标投标法 37; 12令 9", _A),
            "committee_expert_share_min": Figure("2/3", "share", "招标投标法 37; 12令 9", _A),
            "committee_buyer_may_head": Figure(True, "flag", "12令 9: no ban known", _M),
            "committee_buyer_seats_max": Figure(2, "people", "渝 30", _A, _CHONGQING),
            "expert_years_min": Figure(8, "years in the field", "招标投标法 37; 12令 11", _A),
            "expert_title_min": Figure("senior", "title", "招标投标法 37; 12令 11 (or equal)", _A),
            "expert_age_below": Figure(70, "years of age", "渝 27(一)", _A, _CHONGQING),
            "expert_clean_years": Figure(None, "years", "12令 12(四) names no period", _M),
            "expert_lookback_years": Figure(
                3, "years", "design, as 采购法实施条例 9; cf. 12令 12, 招投标法实施条例 46", _D
            ),
            "expert_term_years": Figure(None, "years", _OPEN, _M),
            "expert_draws_max": Figure(None, "draws", _OPEN, _M),
            "expert_draws_period_days": Figure(None, "days", _OPEN, _M),
            "time_short_share_above": Figure("1/3", "share of members", "招投标法实施条例 48", _A),
        }
    ),
)
