"""Answers of experts and reports of the gateway, as they travel. Nothing here can name anybody."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Secret = Annotated[
    str,
    Meta(
        min_length=12,
        max_length=60,
        pattern=r"^[\x20-\x7e]+$(?!\n)",
        description="The code of a message, or what stands behind # in its link.",
        examples=["7K2M-Q9XD-40TV"],
    ),
]
MessageId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{32}$(?!\n)",
        description="The id under which the gateway was given the message.",
        examples=["0123456789abcdef0123456789abcdef"],
    ),
]
# patterns, not enumerations, so that a wrong word is a wrong field wherever it is read
Reason = Annotated[str, Meta(max_length=32, pattern=r"^[a-z-]*$(?!\n)", description="Code.")]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who holds a link or a code asks what it is for."""

    secret: Secret


class OfferView(msgspec.Struct, frozen=True):
    """An evaluation as the edition lets it be told, and what may be answered."""

    day: date | None
    hour: Annotated[int | None, Meta(description="Of its start, Asia/Shanghai.")]
    hours: Annotated[int | None, Meta(description="That it takes, about.")]
    region: str | None
    answers: list[str]
    reasons: Annotated[list[str], Meta(description="One of these goes with a refusal.")]


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An expert's answer: accepted, declined with a reason, or withdrew (请假) with a reason."""

    secret: Secret
    answer: Literal["accepted", "declined", "withdrew"]
    reason: Reason = ""


class ReplyReceipt(msgspec.Struct, frozen=True):
    """The answer is on the log."""

    answer: str
    at: str


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a message: delivered, not, or a key was pressed."""

    message: MessageId
    event: Literal["delivered", "no-answer", "failed", "key"]
    key: Annotated[
        str, Meta(max_length=1, pattern=r"^[0-9*#]?$(?!\n)", description="With event key.")
    ] = ""


class ReportReceipt(msgspec.Struct, frozen=True):
    """The report was taken."""

    message: str
    event: str
    answer: Annotated[str, Meta(description="What the key said; empty: no key.")] = ""
