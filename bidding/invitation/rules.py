"""The words of invitations, and the secrets in them. Pure.

An invitation never names project, tenderer, committee or person. What it tells of day, hour,
length and region is what the edition allows, no more.
"""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bidding.gateway.rules import Channel, Option
from oversight.values.digests import sha256

DECLINE_REASONS: Final = ("time-conflict", "illness", "recusal", "not-my-field", "other")
LEAVE_REASONS: Final = ("illness", "emergency", "official-duty", "recusal", "other")


class Response(StrEnum):
    """What an expert may answer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDREW = "withdrew"  # after it was accepted (请假)


class Purpose(StrEnum):
    """What a secret is good for."""

    ANSWER = "answer"
    LEAVE = "leave"


PURPOSE_OF: Mapping[Response, Purpose] = MappingProxyType(
    {
        Response.ACCEPTED: Purpose.ANSWER,
        Response.DECLINED: Purpose.ANSWER,
        Response.WITHDREW: Purpose.LEAVE,
    }
)
REASONS: Mapping[Response, Sequence[str]] = MappingProxyType(
    {
        Response.ACCEPTED: ("",),
        Response.DECLINED: DECLINE_REASONS,
        Response.WITHDREW: LEAVE_REASONS,
    }
)
# Keys of a call. They stay as they are: who has answered once knows them.
OPTIONS: Final = (
    Option("1", "accepted", "", "参加", "I come"),
    Option("2", "declined", "time-conflict", "时间冲突，不能参加", "I cannot: another duty"),
    Option("3", "declined", "illness", "因病不能参加", "I cannot: illness"),
    Option("4", "declined", "recusal", "需要回避", "I must recuse myself"),
    Option("5", "declined", "not-my-field", "专业不符", "It is not my field"),
    Option("6", "declined", "other", "其他原因不能参加", "I cannot: another reason"),
)


class Evaluation(msgspec.Struct, frozen=True):
    """An evaluation as an invitation may tell it; what is None is not told."""

    day: date | None
    hour: int | None  # of its start, Asia/Shanghai
    hours: int | None  # that it takes, about
    region: str | None  # name


def told(whole: Evaluation, tells: Collection[str]) -> Evaluation:
    """Return what an edition lets an invitation tell of an evaluation."""
    kept = {name: getattr(whole, name) for name in Evaluation.__struct_fields__ if name in tells}
    empty = Evaluation(None, None, None, None)
    return msgspec.structs.replace(empty, **kept)


def answer_key(key: str) -> Option | None:
    """Return what a pressed key says; None: it is not offered."""
    return next((option for option in OPTIONS if option.key == key), None)


# Words ----------------------------------------------------------------------------------------


def invitation_words(what: Evaluation, channel: Channel, code: str, link: str) -> tuple[str, str]:
    """Return what an invitation says, in Chinese and in English.

    Args:
        what: as the edition lets it be told.
        channel: a call names keys, a message code and link.
        code: that answers this invitation, spoken in groups.
        link: that answers it too; empty: none.
    """
    zh, en = _of_the_evaluation(what)
    if channel is Channel.VOICE:
        zh_keys = "".join(f"{option.zh}请按{option.key}。" for option in OPTIONS)
        en_keys = " ".join(f"{option.en}: press {option.key}." for option in OPTIONS)
        return f"邀请您参加评审。{zh}{zh_keys}", f"You are invited to an evaluation. {en}{en_keys}"
    zh_link, en_link = (f"打开 {link} ，或", f"open {link}, or ") if link else ("", "")
    return (
        f"邀请您参加评审。{zh}请{zh_link}凭验证码 {code} 答复是否参加。请勿转发。",
        f"You are invited to an evaluation. {en}To answer, {en_link}use the code {code}. "
        "Do not pass it on.",
    )


def confirmation_words(what: Evaluation, code: str, link: str) -> tuple[str, str]:
    """Return what a confirmation says: what was accepted, and how to ask for leave (请假)."""
    zh, en = _of_the_evaluation(what)
    zh_link, en_link = (f"打开 {link} ，或", f"open {link}, or ") if link else ("", "")
    return (
        f"您已答复参加评审。{zh}请携带身份证签到。如需请假，请{zh_link}凭验证码 {code} 办理。",
        f"You have agreed to take part in an evaluation. {en}Bring your identity card. "
        f"If you cannot come after all, {en_link}use the code {code}.",
    )


def _of_the_evaluation(what: Evaluation) -> tuple[str, str]:
    zh = "".join(f"{name}：{value}。" for name, value in _zh(what))
    en = "".join(f"{name}: {value}. " for name, value in _en(what))
    return zh, en


def _zh(what: Evaluation) -> Iterable[tuple[str, str]]:
    if what.day is not None:
        yield "日期", f"{what.day.month}月{what.day.day}日"
    if what.hour is not None:
        yield "时间", f"{what.hour}时左右"
    if what.hours is not None:
        yield "预计时长", f"{what.hours}小时"
    if what.region is not None:
        yield "地点", what.region


def _en(what: Evaluation) -> Iterable[tuple[str, str]]:
    if what.day is not None:
        yield "Day", what.day.isoformat()
    if what.hour is not None:
        yield "Time", f"about {what.hour}:00"
    if what.hours is not None:
        yield "Length", f"about {what.hours} hours"
    if what.region is not None:
        yield "Place", what.region


# Secrets --------------------------------------------------------------------------------------

LINK_BYTES: Final = 32
CODE_BYTES: Final = 8
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
_CODE_LENGTH: Final = 12  # 60 bits
_LIKE: Final = str.maketrans("OIL", "011")
_TAG: Final = b"daylight/answer-secret/v1\n"


def code_text(random8: bytes) -> str:
    """Return a code of 60 random bits in three groups of four, as ABCD-EFGH-JKMN."""
    assert len(random8) == CODE_BYTES
    number = int.from_bytes(random8, "big")
    letters = "".join(_LETTERS[number >> 5 * place & 31] for place in range(_CODE_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _CODE_LENGTH, 4))


def link_text(random32: bytes) -> str:
    """Return the secret part of a link: 43 characters that stand for 32 random bytes."""
    assert len(random32) == LINK_BYTES
    return base64.urlsafe_b64encode(random32).decode().rstrip("=")


def is_link(secret: str) -> bool:
    """Tell whether a secret has the length of a link's; no other secret has it."""
    return len(secret) > 2 * _CODE_LENGTH


def secret_digest(secret: str) -> bytes:
    """Return what is kept of a secret: SHA-256 of a tag and of the secret as it was made.

    A code may be typed in small letters, with other marks between its groups, and with letters
    for the digits that they look like.
    """
    plain = secret.strip()
    if not is_link(plain):
        kept = "".join(one for one in plain.upper() if one.isalnum())
        plain = kept.translate(_LIKE)
    return sha256(_TAG + plain.encode())
