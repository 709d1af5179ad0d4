"""What an outsider's audit tells at its end, for people and for programs."""

from collections.abc import Iterator

import msgspec

CLEAN, DIFFERENT, INCOMPLETE = 0, 1, 3
SHOWN_MAX = 1_000  # findings, alerts, differences, kinds; all of them are counted

NOT_SEEN = (
    "not seen from outside: what a root stands for, and whether one was due while nothing was open"
)


class Told(msgspec.Struct, frozen=True):
    """A finding about an entry."""

    entry: int
    kind: str
    text: str


class Witnessed(msgspec.Struct, frozen=True):
    """What the cosignatures under the present checkpoint are worth."""

    cosigned: int  # by cosigners that the policies name
    cosigners: int  # that they name
    missed: list[str]  # policies whose quorum is not reached
    judged_by: list[str]  # policies that judge the checkpoint, or may


class Report(msgspec.Struct, frozen=True):
    """The result of an audit of the published files."""

    source: str
    origin: str
    size: int  # of the checkpoint
    root: str  # hex
    began: int  # index at which this audit went on
    checked: int  # entries that were judged, those of earlier audits included
    alarms: list[str]  # the log contradicts itself: evidence is kept
    differences: list[str]  # files at fault, at most SHOWN_MAX
    differences_total: int
    findings: list[Told]  # broken rules, those of earlier audits included
    findings_total: int
    alerts: list[Told]  # what a person should look at
    alerts_total: int
    unknown_kinds: dict[str, int]
    blinds: int  # entries that say nothing but a root
    uncounted: int  # openings not closed yet: what arrives about them nobody may count
    witnessed: Witnessed | None  # None: no checkpoint could be judged
    unchecked: list[str]  # what could not be checked, and why
    kept: bool  # whether a state file was kept for the next audit

    @property
    def status(self) -> int:
        """The exit status: 0 clean, 1 something does not hold, 3 something could not be checked."""
        if self.alarms or self.differences_total or self.findings_total:
            return DIFFERENT
        return INCOMPLETE if self.unchecked else CLEAN


def render(report: Report) -> Iterator[str]:
    """Yield the report as lines for a person."""
    yield f"log:      {report.origin or 'not known'} at {report.source}"
    if report.root:
        yield f"size:     {report.size} entries, root {report.root}"
        yield f"checked:  {report.checked} entries, from entry {report.began} in this audit"
    yield f"witnesses: {witness_words(report.witnessed)}"
    yield f"blind:    {report.blinds} entries; {report.uncounted} subjects are still uncounted"
    if report.blinds:
        yield f"          {NOT_SEEN}"
    for kind, count in report.unknown_kinds.items():
        yield f"unknown:  {count} entries of kind {kind}"
    for one in report.alerts:
        yield f"ALERT:    entry {one.entry} ({one.kind}): {one.text}"
    for text in report.alarms:
        yield f"ALARM:    {text}"
    for text in report.differences:
        yield f"differs:  {text}"
    for one in report.findings:
        yield f"broken:   entry {one.entry} ({one.kind}): {one.text}"
    yield from _more(report)
    for text in report.unchecked:
        yield f"not checked: {text}"
    if not report.kept:
        yield "no state was kept: that the log went back or forked since an audit cannot show"
    yield f"verdict:  {verdict(report)}"


def _more(report: Report) -> Iterator[str]:
    """Yield how much was left out."""
    totals = (
        ("differences", report.differences_total, len(report.differences)),
        ("broken rules", report.findings_total, len(report.findings)),
        ("alerts", report.alerts_total, len(report.alerts)),
    )
    for what, total, shown in totals:
        if total > shown:
            yield f"          and {total - shown} more {what}"


def witness_words(witnessed: Witnessed | None) -> str:
    """Return who vouches for the checkpoint, in words."""
    if witnessed is None:
        return "not judged"
    if not witnessed.cosigners:
        return "unwitnessed"
    words = f"witnessed by {witnessed.cosigned} of {witnessed.cosigners}"
    short = f"; quorum not reached: {', '.join(witnessed.missed)}" if witnessed.missed else ""
    return f"{words} ({', '.join(witnessed.judged_by)}){short}"


def verdict(report: Report) -> str:
    """Return the verdict in words."""
    words = {
        CLEAN: f"clean, {witness_words(report.witnessed)}",
        DIFFERENT: "NOT CLEAN",
        INCOMPLETE: "incomplete",
    }
    return words[report.status]
