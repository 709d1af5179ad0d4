"""The report on a bundle: JSON-able, and rendered in Chinese or English by one function."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

import msgspec

RIVALS = "rival draws and later entries: see the public audit"


class Verdict(StrEnum):
    """What a bundle is worth."""

    UNUSABLE = "unusable"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    VOID = "void"  # a valid record of a closed draw
    VALID = "valid"


EXIT_STATUS: Mapping[Verdict, int] = {
    Verdict.UNUSABLE: 2,
    Verdict.FAILED: 1,
    Verdict.INCOMPLETE: 3,
    Verdict.VOID: 4,
    Verdict.VALID: 0,
}


class StepReport(msgspec.Struct, frozen=True):
    """One step's line."""

    step: str
    outcome: Literal["ok", "failed", "incomplete"]
    detail: str
    detail_zh: str


class Report(msgspec.Struct, frozen=True):
    """Everything that the verification found; JSON-able."""

    verdict: Verdict
    exit: int
    demo: bool  # made under an edition that is never used for a real case
    steps: list[StepReport]
    refused_at: str | None = None
    draw: str | None = None
    cosigned: int | None = None  # trusted witnesses on the checkpoint
    witnesses: int | None = None  # that the trust file knows
    quorum: int | None = None
    log_size: int | None = None
    entry: int | None = None  # index of the draw's newest entry
    codes: dict[str, int] = {}  # lines by their last code
    note: str = RIVALS


Language = Literal["zh", "en"]

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "shape": "格式",
        "checkpoint": "检查点",
        "inclusion": "入账",
        "order": "次序",
        "request": "申请",
        "contributors": "随机数投入方",
        "reveals": "公开随机数",
        "beacon": "公共信标",
        "vrf": "可验证随机函数",
        "tickets": "签号",
        "walk": "抽取过程",
        "answers": "答复与终止",
        "openings": "身份公开",
        "earlier": "此前各次",
        "parent": "原抽取",
        "rosters": "名册",
        "eligibility": "资格",
    }
)
# What each step demands: said in Chinese where it fails, before the cause.
DEMANDS_ZH: Mapping[str, str] = MappingProxyType(
    {
        "shape": "证明包的字段、长度与编码须完全合规",
        "checkpoint": "检查点须属于本日志并由可信密钥签署",
        "inclusion": "每条记录须在日志树中且与其类别相符",
        "order": "各条记录须依次相连，不得缺漏、重复或颠倒",
        "request": "封存的申请须与下单及规则版本一致",
        "contributors": "投入方须符合人数与角色要求并已签名承诺",
        "reveals": "每个随机数须打开其承诺，且签名成立",
        "beacon": "信标须为申请所指轮次，签名与时间合规",
        "vrf": "输入须由各随机数重算得出，中心的证明须成立",
        "tickets": "签号须可重算",
        "walk": "抽取过程须与签号次序和答复完全一致",
        "answers": "答复须有合格会签，终止须由有权方签署且不隐瞒结果",
        "openings": "公开内容须打开承诺，应公开者须全部公开，限额须复核相符",
        "earlier": "此前各次抽取须各自成立并已终止",
        "parent": "补抽须接续其原抽取",
        "rosters": "名册每条记录须与封存的承诺相符",
        "eligibility": "名册人员须符合分层条件，排除清单须与封存一致",
    }
)
_OUTCOMES = {"ok": "通过", "failed": "不通过", "incomplete": "未能核定"}
_VERDICTS = {
    Verdict.UNUSABLE: "文件无法使用",
    Verdict.FAILED: "不通过",
    Verdict.INCOMPLETE: "未能全部核定",
    Verdict.VOID: "记录成立，抽取已终止",
    Verdict.VALID: "有效",
}


def render(report: Report, language: Language) -> str:
    """Return the report as lines of text, one for each step, the verdict last.

    Under a demonstration edition the verdict begins with DEMO.
    """
    lines = [_step_line(step, language) for step in report.steps]
    demo = "DEMO: " if report.demo else ""
    name = report.verdict.value if language == "en" else _VERDICTS[report.verdict]
    if report.refused_at is not None:
        at = report.refused_at
        name += f" at {at}" if language == "en" else f"，止于「{_TITLES[at]}」（{at}）"
    lines.append(f"{demo}{name}")
    if report.verdict in (Verdict.VALID, Verdict.VOID, Verdict.INCOMPLETE):
        lines += _standing(report, language)
    elif report.verdict is Verdict.UNUSABLE:
        lines.append(report.note)
    return "\n".join(lines) + "\n"


def _step_line(step: StepReport, language: Language) -> str:
    if language == "en":
        return f"{step.step}: {step.outcome}: {step.detail}"
    return f"{_TITLES[step.step]}（{step.step}）：{_OUTCOMES[step.outcome]}：{step.detail_zh}"


def _standing(report: Report, language: Language) -> Iterator[str]:
    """Yield what a verdict that is not negative rests on, and what it cannot say."""
    counted = ", ".join(f"{code} {count}" for code, count in report.codes.items()) or "-"
    seen, known = report.cosigned or 0, report.witnesses or 0
    if language == "en":
        yield f"witnessed by {seen} of {known}" if seen else "unwitnessed"
        yield f"as of log size {report.log_size}, entry {report.entry}"
        yield f"lines: {counted}"
        yield report.note
        return
    yield f"{known} 家见证方中 {seen} 家已联署" if seen else "无见证方联署"
    yield f"截至日志规模 {report.log_size}、第 {report.entry} 条记录"
    yield f"抽取过程各行：{counted}"
    yield "是否另有并行抽取或后续记录：见公开审计"
