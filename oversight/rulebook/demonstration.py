"""The demo edition: the tendering law's figures with the waiting times of the protocol cut.

No real case may run under it: a verdict under a demo edition begins with DEMO, and a trust
file for real draws holds none.
"""

from types import MappingProxyType

import msgspec

from oversight.rulebook.figures import Confidence, Figure
from oversight.rulebook.protocol import NEUTRAL_PURPOSES
from oversight.rulebook.tendering import T_2025

_D = Confidence.DESIGN
_DEMO = "design: demo edition"

DEMO = msgspec.structs.replace(
    T_2025,
    name="demo",
    title_zh="演示(不得用于真实项目)",
    title_en="Demonstration, never for a real case",
    published=None,
    transition="No real case begins under this edition.",
    demo=True,
    figures=MappingProxyType(
        {
            **T_2025.figures,
            "draw_vrf_lead_hours": Figure(0, "hours", _DEMO, _D),
            "draw_round_lead_minutes": Figure(1, "minutes", _DEMO, _D),
            "draw_region_digits": Figure(
                None,
                "digits of GB/T 2260 that a stratum fixes without a reason",
                _DEMO,
                Confidence.MEMORY,
            ),
            "draw_purposes": Figure(
                ("supplier-invitation", "tie-break", *NEUTRAL_PURPOSES),
                "purposes of draws from lists",
                _DEMO,
                _D,
            ),
            "draw_supplier_seats_min": Figure(3, "suppliers", _DEMO, _D),
            "draw_reveal_minutes": Figure(10, "minutes", _DEMO, _D),
            "contact_pause_minutes": Figure(1, "minutes between tries", _DEMO, _D),
            "contact_window_minutes": Figure(2, "minutes to answer", _DEMO, _D),
            "contact_from_hour": Figure(0, "hour of the day, Asia/Shanghai", _DEMO, _D),
            "contact_to_hour": Figure(24, "hour of the day, Asia/Shanghai", _DEMO, _D),
            "sign_in_opens_minutes": Figure(
                20_160, "minutes before the evaluation begins", _DEMO, _D
            ),
        }
    ),
)
