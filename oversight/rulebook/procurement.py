"""Regime P: government purchase of goods, services and some works (政府采购法)."""

from datetime import date
from types import MappingProxyType

from oversight.rulebook.figures import Confidence, Edition, Figure, Regime
from oversight.rulebook.protocol import CONTACT, DRAW, FEE, NEUTRAL_PURPOSES, SIGN_IN

_A, _M, _D = Confidence.READ, Confidence.MEMORY, Confidence.DESIGN

_OPEN = "财库〔2016〕198号: no figure known"

P_2025 = Edition(
    name="P-2025",
    regime=Regime.PROCUREMENT,
    title_zh="政府采购法体系 2025",
    title_en="Government procurement law, 2025",
    published=None,  # older instruments, all in force on the effective date
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
                "design: pools are provincial, drawn from at random (政府采购法实施条例 39)",
                _D,
            ),
            "draw_identities": Figure("public", "audience", "采购法实施条例 43; 87令 69", _A),
            "draw_purposes": Figure(
                ("supplier-invitation", "tie-break", *NEUTRAL_PURPOSES),
                "purposes of draws from lists",
                "政府采购法 34; 87令 14 (suppliers invited); 87令 31, 57, 68 (ties)",
                _A,
            ),
            "draw_supplier_seats_min": Figure(3, "suppliers", "政府采购法 34; 87令 14", _A),
            "draw_window_workdays": Figure(
                2, "working days before review", "财库〔2016〕198号 14", _M
            ),
            "committee_size_min": Figure(5, "people", "87令 47", _A),
            "committee_size_odd": Figure(True, "flag", "87令 47", _A),
            "committee_expert_share_min": Figure("2/3", "share", "87令 47", _A),
            "committee_large_size_min": Figure(7, "people", "87令 47", _A),
            "committee_large_budget_fen": Figure(1_000_000_000, "fen", "87令 47 (1000万元)", _A),
            "committee_buyer_may_head": Figure(False, "flag", "87令 45(四), 47", _A),
            "group_size_min": Figure(3, "people", "政府采购法 38, 40", _A),
            "group_expert_share_min": Figure("2/3", "share", "政府采购法 38, 40", _A),
            "group_large_size_min": Figure(5, "people", "74号令 7; 214号", _M),
            "expert_years_min": Figure(8, "years in the field", "财库〔2016〕198号 6", _M),
            "expert_title_min": Figure("mid", "title", "财库〔2016〕198号 6", _M),
            "expert_title_without_years": Figure("senior", "title", "财库〔2016〕198号 6", _M),
            "expert_age_below": Figure(70, "years of age", "财库〔2016〕198号 6", _M),
            "expert_clean_years": Figure(3, "years", "财库〔2016〕198号 6", _M),
            "expert_lookback_years": Figure(3, "years", "采购法实施条例 9", _A),
            "expert_term_years": Figure(None, "years", _OPEN, _M),
            "expert_draws_max": Figure(None, "draws", _OPEN, _M),
            "expert_draws_period_days": Figure(None, "days", _OPEN, _M),
            "performance_report_workdays": Figure(
                5, "working days after review", "采购法实施条例 62; 财库〔2016〕198号", _M
            ),
        }
    ),
)
