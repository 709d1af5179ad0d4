"""What the printed record of a draw says, and who prints which copy. Pure.

Its items are those of the paper form in use (抽取记录表). Seats and lines stand where the paper
form has names: who sat there is in the sealed list, and in the bundle once identities are open.
"""

from collections.abc import Sequence

import msgspec

from bidding.closing.rules import State
from oversight.authority.rules import TRUSTED_ROLE, Actor, Permission, Post
from oversight.errors import Ground, Rule, RuleBroken
from oversight.paper.rules import Paper, Said, Section, Table

RECORD_COMPLETE = Rule(
    "draw_sheet.record_complete",
    "The record of a draw is printed once the draw was run, or closed without a result.",
    "1117 (十四); design: bidding/draw_sheet",
)
SHEET_KNOWN = Rule(
    "draw_sheet.known",
    "The printed record exists.",
    "design: bidding/draw_sheet",
    Ground.ABSENT,
)
COPY_ENTITLED = Rule(
    "draw_sheet.copy_entitled",
    "Which units were avoided is read by the applicant, the supervisor and the auditor; the "
    "terminal's operator never learns who bids.",
    "招标投标法 22; design: draw.md#3. Seal",
    Ground.FORBIDDEN,
)

PRINT_SHEET = Permission(
    "bidding.draw_sheet.print",
    frozenset({Post.DRAW_APPLICANT, Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.AUDITOR}),
    None,
    "打印抽取记录表",
    "Print the record of a draw",
)
READ_SHEET = Permission(
    "bidding.draw_sheet.read",
    PRINT_SHEET.posts | {Post.ARCHIVE_READER},
    None,
    "查看抽取记录表",
    "Read the printed record of a draw",
)
COMPLETE = frozenset({State.DRAWN, State.IDENTIFIED, State.VOIDED, State.LAPSED})
ROLE_ZH = {
    "center": "交易中心",
    "supervisor": "监督部门",
    "tenderer": "招标人",
    "purchaser": "采购人",
    "agent": "代理机构",
    "other": "其他",
}
WORDS_ZH = {
    "evaluation-committee": "评标委员会",
    "negotiation-group": "谈判小组",
    "consultation-group": "磋商小组",
    "inquiry-group": "询价小组",
    "prequalification-committee": "资格审查委员会",
    "ordered": "申请",
    "committed": "提交承诺",
    "sealed": "封存",
    "revealed": "揭示",
    "drawn": "抽取",
    "answered": "复核结果",
    "identified": "公开身份",
    "voided": "作废",
    "lapsed": "终止",
    "seated": "入选",
    "duplicate": "已在前列",
    "cap": "同一单位名额已满",
    "declined": "谢绝",
    "unreachable": "未联系上",
    "withdrew": "请假",
    "recused": "回避",
    "late": "迟到",
    "absent": "缺席",
    "identity-failed": "身份核验未通过",
    "left": "中途离开",
    "removed": "责令退出",
    "voice": "电话",
    "message": "短信",
    "delivered": "已接通或送达",
    "no-answer": "无人接听",
    "failed": "无法接通",
    "lost": "通道未回报",
}
SIGN_HERE = ("申请人 Applicant", "监督人 Supervisor", "操作员 Operator", "见证人 Witness")


class Entrant(msgspec.Struct, frozen=True):
    """A party whose nonce entered."""

    name: str
    role: str  # trusted role
    commitment: str  # hex
    signature: str  # base64, over its reveal; empty: it did not reveal


class Course(msgspec.Struct, frozen=True):
    """One step of the draw."""

    word: str
    at: str
    index: str  # position on the log, or empty before a checkpoint covers it


class Call(msgspec.Struct, frozen=True):
    """One call or message to the expert on a line."""

    line: int
    at: str
    channel: str
    outcome: str


class Place(msgspec.Struct, frozen=True):
    """One line of the walk, without anybody."""

    line: int
    stratum: int
    outcomes: tuple[str, ...]
    countersigner: str  # party's name; empty: nothing was countersigned


class Stratum(msgspec.Struct, frozen=True):
    """One line of the order."""

    specialty: str  # code and name
    region: str
    seats: int
    size: str  # of the roster; empty before the seal


class Listed(msgspec.Struct, frozen=True):
    """A sealed list."""

    number: int
    sealed_at: str
    opened_at: str
    opened_by: str  # party's name
    reason: str


class Evaluation(msgspec.Struct, frozen=True):
    """When, where and how long."""

    begins: str
    place: str
    duration: str


class Day(msgspec.Struct, frozen=True):
    """What was recorded of the evaluation's day."""

    rests: tuple[str, ...]  # suspensions, a sentence each
    recordings: tuple[str, ...]
    concluded: str


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a record says."""

    draw: str
    number: int
    tender: str
    lots: str
    body: str
    applicant: str
    terminal: str  # the center's name
    attempt: int
    supplements: str
    edition: str
    state: str
    evaluation: Evaluation
    strata: tuple[Stratum, ...]
    avoided: str
    entrants: tuple[Entrant, ...]
    steps: tuple[Course, ...]
    calls: tuple[Call, ...]
    lines: tuple[Place, ...]
    lists: tuple[Listed, ...]
    day: Day
    request: str
    alpha: str
    walk: str
    beacon: str
    checkpoint: str
    remarks: str
    link: str
    at: str


def check_complete(state: State) -> None:
    """Return only if there is a course to record.

    Raises:
        RuleBroken: RECORD_COMPLETE.
    """
    if state not in COMPLETE:
        raise RuleBroken(RECORD_COMPLETE, needed="a run draw, or a closed one", state=state.value)


def sees_whole(actor: Actor) -> bool:
    """Tell whether the actor's copy names the units that were avoided."""
    return TRUSTED_ROLE[actor.role] != "center" or Post.AUDITOR in actor.posts


def check_copy(actor: Actor, whole: bool) -> None:
    """Return only if the actor may read this copy.

    Raises:
        RuleBroken: COPY_ENTITLED.
    """
    if whole and not sees_whole(actor):
        raise RuleBroken(COPY_ENTITLED, needed="a copy without the units that were avoided")


def word(code: str) -> str:
    """Return a code as the record prints it: in Chinese, the code itself beside it."""
    return f"{WORDS_ZH[code]} {code}" if code in WORDS_ZH else code


def paper_of(told: Material) -> Paper:
    """Return the record as a page."""
    return Paper(
        zh="评标专家抽取记录表",
        en="Record of a random draw",
        number=f"{told.draw}/{told.number}",
        sections=(
            _case(told),
            _strata(told),
            _entrants(told.entrants),
            _steps(told.steps),
            _lines(told.lines),
            _calls(told.calls),
            _lists(told),
            _proof(told),
        ),
        signatures=SIGN_HERE,
        link=told.link,
        link_zh="扫码查看公开过程与证明",
        foot="明鉴 Daylight",
        date=told.at,
    )


def _case(told: Material) -> Section:
    said = (
        Said("项目", "tender", told.tender),
        Said("标段/包", "lots", told.lots),
        Said("评审机构", "body", told.body),
        Said("申请人", "applicant", told.applicant),
        Said("抽取终端", "terminal", told.terminal),
        Said("第几次抽取", "attempt", str(told.attempt)),
        Said("补抽自", "supplements", told.supplements),
        Said("规则版本", "edition", told.edition),
        Said("状态", "state", told.state),
        Said("评审时间", "evaluation", told.evaluation.begins),
        Said("评审地点", "place", told.evaluation.place),
        Said("预计时长", "duration", told.evaluation.duration),
        Said("回避单位", "units avoided", told.avoided),
    )
    return Section("项目与申请", "Case and order", tuple(one for one in said if one.text))


def _strata(told: Material) -> Section:
    rows = tuple((one.specialty, one.region, str(one.seats), one.size) for one in told.strata)
    table = Table(("专业", "地区", "席位", "名册人数"), rows, (4, 4, 1, 2))
    return Section("抽取条件", "Strata", (), table)


def _entrants(entrants: Sequence[Entrant]) -> Section:
    rows = tuple(
        (one.name, ROLE_ZH[one.role], one.commitment, one.signature or "未揭示 no reveal")
        for one in entrants
    )
    table = Table(("随机数贡献方", "身份", "承诺", "揭示签名"), rows, (3, 2, 5, 6))
    return Section("随机数贡献与签名", "Contributors and signatures", (), table)


def _steps(steps: Sequence[Course]) -> Section:
    rows = tuple((word(one.word), one.at, one.index) for one in steps)
    return Section("过程", "Course", (), Table(("步骤", "时间", "日志序号"), rows, (3, 5, 2)))


def _lines(lines: Sequence[Place]) -> Section:
    rows = tuple(
        (
            str(one.line),
            str(one.stratum + 1),
            " → ".join(map(word, one.outcomes)),
            one.countersigner,
        )
        for one in lines
    )
    table = Table(("行号", "分层", "结果", "复核签名方"), rows, (1, 1, 4, 4))
    return Section("抽取结果（不含姓名）", "Result, without names", (), table)


def _calls(calls: Sequence[Call]) -> Section:
    rows = tuple((str(one.line), one.at, word(one.channel), word(one.outcome)) for one in calls)
    table = Table(("行号", "时间", "方式", "结果"), rows, (1, 4, 2, 3))
    return Section("通知记录", "Calls and messages", (), table)


def _lists(told: Material) -> Section:
    rows = tuple(
        (str(one.number), one.sealed_at, one.opened_at or "未启封", one.opened_by, one.reason)
        for one in told.lists
    )
    table = Table(("密封名单", "密封时间", "启封时间", "启封人单位", "事由"), rows, (1, 3, 3, 3, 2))
    said = (
        Said("中止与恢复", "suspensions", "；".join(told.day.rests)),
        Said("录音录像", "recordings", "；".join(told.day.recordings)),
        Said("评审结束", "concluded", told.day.concluded),
        Said("备注", "remarks", told.remarks),
    )
    return Section("名单与现场", "Lists and the day", tuple(one for one in said if one.text), table)


def _proof(told: Material) -> Section:
    said = (
        Said("申请摘要 R", "request", told.request),
        Said("抽取输入 α", "alpha", told.alpha),
        Said("结果摘要", "walk", told.walk),
        Said("公共随机信标", "beacon", told.beacon),
        Said("日志检查点", "checkpoint", told.checkpoint),
    )
    return Section("证明", "Proof", tuple(one for one in said if one.text))
