"""Figures that no law sets: the draw protocol's own, the same in every regime.

They are hard from the first day, because every verifier outside recomputes them.
"""

from oversight.rulebook.figures import Confidence, Figure

_D = Confidence.DESIGN
_DRAW = "design: daylight/draw/v1"

DRAW = {
    "draw_vrf_lead_hours": Figure(24, "hours", f"{_DRAW}, step 3", _D),
    "draw_round_lead_minutes": Figure(10, "minutes", f"{_DRAW}, step 3", _D),
    "draw_attempts_max": Figure(3, "attempts", f"{_DRAW}, claim 2 and step 1", _D),
    "draw_roster_multiple": Figure(3, "eligible experts per seat", f"{_DRAW}, step 3", _D),
    "draw_must_contribute": Figure(
        ("supervisor",), "trusted roles", f"{_DRAW}, conventions; cf. 浙 29 (监督人员到场)", _D
    ),
    "draw_reveal_minutes": Figure(60, "minutes", f"{_DRAW}, step 4", _D),
    "draw_employer_cap": Figure(1, "seats per employer", f"{_DRAW}, caps", _D),
}

# Draws that choose no supplier, candidate or winner: lawful wherever the documents announce them.
NEUTRAL_PURPOSES = ("parameter", "presentation-order", "host-site", "inspection-sample")

# Inviting those who were drawn. No law counts tries or minutes; each center or county may.
_CONTACT = "design: no law counts them; cf. 浙 29, 1117 (十四) (traceable from end to end)"

CONTACT = {
    "contact_tries": Figure(("message", "voice", "voice"), "channels, one a try", _CONTACT, _D),
    "contact_pause_minutes": Figure(10, "minutes between tries", _CONTACT, _D),
    "contact_window_minutes": Figure(30, "minutes to answer", _CONTACT, _D),
    "contact_expedited_tries": Figure(("voice", "voice"), "channels, one a try", _CONTACT, _D),
    "contact_expedited_pause_minutes": Figure(3, "minutes between tries", _CONTACT, _D),
    "contact_expedited_window_minutes": Figure(10, "minutes to answer", _CONTACT, _D),
    "contact_from_hour": Figure(8, "hour of the day, Asia/Shanghai", _CONTACT, _D),
    "contact_to_hour": Figure(21, "hour of the day, Asia/Shanghai", _CONTACT, _D),
    "contact_tells": Figure(
        ("day", "hour", "hours", "region"),
        "parts of an invitation",
        "design: never project nor tenderer; 招投标法 37, 招投标法实施条例 46 (names kept secret)",
        _D,
    ),
}

# The door on the day. What the provinces' systems do alike; no article counts the minutes.
_DOOR = "design: no national text counts them; cf. 87令 47, 49"

SIGN_IN = {
    "sign_in_opens_minutes": Figure(90, "minutes before the evaluation begins", _DOOR, _D),
    "sign_in_late_minutes": Figure(15, "minutes after the evaluation begins", _DOOR, _D),
    "sign_in_absent_minutes": Figure(30, "minutes after being late begins", _DOOR, _D),
    "sign_in_arrival_minutes": Figure(
        120, "minutes from an invitation on the day to the door", _DOOR, _D
    ),
    "sign_in_wrong_max": Figure(5, "wrong cards by one clerk", _DOOR, _D),
    "sign_in_wrong_minutes": Figure(15, "minutes in which they are counted", _DOOR, _D),
    "sign_in_methods": Figure(
        ("card-reader", "document-seen", "biometric"),
        "ways to check identity",
        "26令 7 (pools are to be able to take biometric identity); weaker checks are disclosed",
        Confidence.COPY,
    ),
    "sign_in_list_readers": Figure(
        ("draw_operator", "draw_supervisor"),
        "posts that see an opened list, beside the auditor",
        "design: whoever runs and watches the evaluation; cf. 招投标法 37, 87令 69 (kept secret)",
        _D,
    ),
}

# What a payer withholds from one payment for services, alike in all regimes.
_TAX = "个人所得税法 6; 国家税务总局公告2018年第61号 8 and annex 2"
_M = Confidence.MEMORY

FEE = {
    "fee_step_minutes": Figure(
        30, "minutes", "design: price lists count hours or half days; cf. 财库〔2016〕198号 23", _D
    ),
    "fee_tax_free_fen": Figure(80_000, "fen", _TAX, _M),
    "fee_tax_flat_up_to_fen": Figure(400_000, "fen", _TAX, _M),
    "fee_tax_free_percent": Figure(20, "percent", _TAX, _M),
    "fee_tax_brackets": Figure(
        ("2000000:20:0", "5000000:30:200000", "-:40:700000"),
        "up to fen:percent:fen deducted",
        _TAX,
        _M,
    ),
}
