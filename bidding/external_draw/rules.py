"""Draws that a provincial terminal made: what is recorded of them, and what can be said. Pure.

In compulsory cases the pool is provincial (招投标法实施条例 45): the draw happens there. Nothing
of it can be recomputed here; what was reported is kept, and that it was reported then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from oversight.authority.rules import Permission, Post
from oversight.errors import Ground, Rule, RuleBroken

VERDICT: Mapping[str, str] = MappingProxyType(
    {
        "en": "drawn elsewhere, not recomputable here",
        "zh": "在库外系统抽取，本系统无法重算验证",
    }
)
CALLS_MAX = 1_000

RECORDED_ONCE = Rule(
    "external_draw.recorded_once",
    "A terminal's draw is recorded once, under the terminal's own number.",
    "招标投标法实施条例 45, 46",
)
CALLS_SOUND = Rule(
    "external_draw.calls_sound",
    "Calls are numbered from 1 without gaps, each with a coded outcome, and none lies before "
    "the draw or ahead of the record.",
    "发改法规规〔2022〕1117号 (十四)",
    Ground.UNLAWFUL,
)
DRAW_KNOWN = Rule(
    "external_draw.known",
    "The recorded draw stands here.",
    "design: bidding/external_draw",
    Ground.ABSENT,
)
RECORD_EXTERNAL_DRAW = Permission(
    "bidding.external_draw.record",
    frozenset({Post.DRAW_OPERATOR, Post.DRAW_APPLICANT}),
    None,
    "登记库外系统抽取",
    "Record a draw made elsewhere",
)
SEE_EXTERNAL_DRAWS = Permission(
    "bidding.external_draw.see",
    frozenset(
        {Post.DRAW_OPERATOR, Post.DRAW_APPLICANT, Post.DRAW_SUPERVISOR, Post.AUDITOR,
         Post.ARCHIVE_READER}
    ),
    None,
    "查看库外系统抽取",
    "See draws made elsewhere",
)  # fmt: skip


class Call(msgspec.Struct, frozen=True):
    """One call of the terminal: to whom is not told here, only in which order and how it ended."""

    number: int  # from 1
    outcome: str  # "joined", "declined", "unreachable", "recused", …
    at: datetime


def check_calls(calls: Sequence[Call], drawn_at: datetime, now: datetime) -> None:
    """Return only if the calls make sense.

    Raises:
        RuleBroken: CALLS_SOUND.
    """
    numbered = [call.number for call in calls] == list(range(1, len(calls) + 1))
    timely = all(drawn_at - timedelta(minutes=1) <= call.at <= now for call in calls)
    if not numbered or not timely or drawn_at > now or len(calls) > CALLS_MAX:
        raise RuleBroken(
            CALLS_SOUND,
            needed="calls 1, 2, 3, …, none before the draw or ahead of now",
            numbered=numbered,
            timely=timely,
            calls=len(calls),
        )
