"""A whole bundle judged (draw.md, "Verifying"): every step in order, one verdict.

A failed step stops the work and names itself. A step that cannot be done leaves a gap, the rest
goes on, and the verdict is incomplete. Nothing here trusts the bundle: keys, roles, figures and
witnesses come from the trust file alone.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from bidding.audited.rules import check_eligibility, check_rosters
from bidding.bundle.rules import (
    AuditorFile,
    Bundle,
    Earlier,
    Trust,
    UnusableError,
    read,
    require_json,
)
from bidding.draw import facts
from bidding.lineage.rules import check_exhausted, check_same_draw, stages
from bidding.lottery.rules import Order
from bidding.proof.rules import (
    Attempt,
    Finding,
    attempt_of,
    check_beacon,
    check_contributors,
    check_request,
    check_reveals,
)
from bidding.recount.rules import (
    check_answers,
    check_closing,
    check_openings,
    check_vrf,
    check_walk,
    codes_of,
    count_tickets,
)
from bidding.report.rules import DEMANDS_ZH, EXIT_STATUS, RIVALS, Report, StepReport, Verdict
from bidding.testimony.rules import (
    Logged,
    Record,
    Testimony,
    check_checkpoint,
    check_entries,
    check_order,
    witness_count,
)
from bidding.walk.rules import Line
from oversight.errors import ProofRejected


class _Found(msgspec.Struct):
    """What later steps build on."""

    cosigned: int | None = None
    log_size: int | None = None
    entries: Sequence[Logged] = ()
    testimony: Testimony | None = None
    seed: bytes | None = None
    orders: Sequence[Order] = ()
    lines: Sequence[Line] = ()


class _Case:
    """One verification under way."""

    def __init__(self, bundle: Bundle, trust: Trust, auditor: bytes | None) -> None:
        self.bundle, self.trust, self.auditor = bundle, trust, auditor
        self.found = _Found()
        self._audited: AuditorFile | None = None

    def steps(self) -> list[tuple[str, Callable[[], Finding]]]:
        """Return the steps after `shape`, in the protocol's order."""
        trust = self.trust
        listed: list[tuple[str, Callable[[], Finding]]] = [
            ("checkpoint", self.checkpoint),
            ("inclusion", self.inclusion),
            ("order", self.order),
            ("request", lambda: check_request(self.attempt(), self.word().keys, trust)),
            ("contributors", lambda: check_contributors(self.attempt(), trust)),
            ("reveals", lambda: check_reveals(self.attempt(), trust)),
            ("beacon", lambda: check_beacon(self.attempt(), trust)),
            ("vrf", self.vrf),
            ("tickets", self.tickets),
            ("walk", self.walk),
            ("answers", lambda: check_answers(self.attempt(), self.found.lines, trust)),
            ("openings", self.openings),
            ("earlier", self.earlier),
            ("parent", self.parent),
        ]
        if self.auditor is not None:
            listed += [("rosters", self.rosters), ("eligibility", self.eligibility)]
        return listed

    def word(self) -> Testimony:
        """Return the log's word, once `order` has heard it."""
        assert self.found.testimony is not None, "step 4 comes first"
        return self.found.testimony

    def attempt(self) -> Attempt:
        """Return the bundle's own attempt, with its record."""
        return attempt_of(self.bundle, self.word().record, self.bundle.request.origin)

    def checkpoint(self) -> Finding:
        """Open the checkpoint and count its witnesses (step 2)."""
        checkpoint, cosigned = check_checkpoint(self.bundle, self.trust)
        self.found.cosigned, self.found.log_size = cosigned, checkpoint.size
        known, quorum = witness_count(self.trust), self.trust.witnesses.quorum
        gap = f"{cosigned} of {quorum} cosignatures that the trust file demands"
        return Finding(
            f"{checkpoint.origin}, size {checkpoint.size}, cosigned by {cosigned} of {known}",
            f"{checkpoint.origin}，规模 {checkpoint.size}，{known} 家见证方中 {cosigned} 家联署",
            () if cosigned >= quorum else (gap,),
        )

    def inclusion(self) -> Finding:
        """Find every entry in the tree and read it (step 3)."""
        checkpoint, _ = check_checkpoint(self.bundle, self.trust)
        self.found.entries = check_entries(self.bundle.log.entries, checkpoint)
        count = len(self.found.entries)
        return Finding(f"{count} entries are in the tree", f"{count} 条记录均在日志树中")

    def order(self) -> Finding:
        """Hear the log's word: the chain of every attempt (step 4)."""
        self.found.testimony = check_order(self.bundle, self.found.entries)
        record = self.found.testimony.record
        drawn, closed = record.only(facts.Drawn), record.only(facts.Closing)
        gaps = () if drawn or closed else ("the draw is neither drawn nor closed",)
        words = " ".join(one.entry.kind.rpartition(".")[2] for one in record.entries)
        return Finding(words, f"{len(record.entries)} 条记录依次相连：{words}", gaps)

    def vrf(self) -> Finding:
        """Recompute the input and verify the proof (step 9)."""
        finding, self.found.seed = check_vrf(self.attempt(), self.trust)
        return finding

    def tickets(self) -> Finding:
        """Recompute every ticket (step 10)."""
        finding, self.found.orders = count_tickets(self.attempt(), self.found.seed)
        return finding

    def walk(self) -> Finding:
        """Replay the walk (step 11)."""
        finding, self.found.lines = check_walk(
            self.attempt(), self.found.orders, self.parent_lines()
        )
        return finding

    def parent_lines(self) -> list[bytes] | None:
        """Return the commitments on the lines of the parent, and of its parent.

        None where a supplement comes without the parent's bundle.
        """
        lines, parent = [], self.bundle.parent
        if parent is None and self.bundle.request.of is not None:
            return None
        while parent is not None:
            lines += [bytes.fromhex(line.commitment) for line in parent.walk]
            parent = parent.parent
        return lines

    def openings(self) -> Finding:
        """Check what is opened (step 13)."""
        return check_openings(self.attempt(), self.found.lines, self.bundle.openings)

    def earlier(self) -> Finding:
        """Take every earlier attempt through steps 5 to 12 (step 14)."""
        gaps: list[str] = []
        attempts = zip(self.bundle.earlier, self.word().earlier, strict=True)
        for number, (earlier, record) in enumerate(attempts, 1):
            gaps += self._check_earlier(number, earlier, record)
        gaps += self._released()
        count = len(self.bundle.earlier)
        return Finding(
            f"{count} earlier attempts, each closed", f"此前 {count} 次均已终止", tuple(gaps)
        )

    def _check_earlier(self, number: int, earlier: Earlier, record: Record) -> list[str]:
        """Take one earlier attempt through steps 5 to 12; return its gaps."""
        if earlier.request is None:
            return check_closing(record, number, None, self.trust)
        attempt = attempt_of(earlier, record, self.bundle.request.origin)
        keys, trust = self.word().keys, self.trust
        try:
            findings = [
                check_request(attempt, keys, trust),
                check_contributors(attempt, trust),
                check_reveals(attempt, trust),
                check_beacon(attempt, trust),
            ]
            vrf, seed = check_vrf(attempt, trust)
            _, orders = count_tickets(attempt, seed)
            _, lines = check_walk(attempt, orders, self.parent_lines())
            findings += [vrf, check_answers(attempt, lines, trust)]
        except ProofRejected as rejected:
            raise ProofRejected(f"attempt {number}: {rejected}") from None
        return [f"attempt {number}: {gap}" for finding in findings for gap in finding.gaps]

    def _released(self) -> list[str]:
        """Return who left between attempts: a release is signed, but no bundle shows it.

        Of an attempt closed before its seal those are known who committed.
        """
        gaps: list[str] = []
        bound: set[str] = set()
        requests = [*(one.request for one in self.bundle.earlier), self.bundle.request]
        records = [*self.word().earlier, self.word().record]
        for request, record in zip(requests, records, strict=True):
            if request is None:
                committed = record.all(facts.Committed)
                bound |= {fact.party for one, fact in committed if _names_a_party(one)}
                continue
            staying = {one.party for one in request.contributors}
            gaps += [
                f"{party} no longer contributes; its release is not in the bundle"
                for party in sorted(bound - staying)
            ]
            bound = staying
        return gaps

    def parent(self) -> Finding:
        """Judge a supplement's parent as a whole, and what binds the two (step 14)."""
        request, bundle = self.bundle.request, self.bundle.parent
        if (request.of is None) != (bundle is None):
            raise ProofRejected("the request and the bundle disagree on a parent")
        if bundle is None:
            return Finding("none", "非补抽")
        check_same_draw(self.bundle, bundle)
        parent = _Case(bundle, self.trust, None)
        gaps = parent.judged_as_parent()
        reached = stages(
            parent.attempt(), parent.found.orders, parent.found.lines, parent.parent_lines() or ()
        )
        attempts = (*self.word().earlier, self.word().record)
        newest = check_exhausted(attempts, parent.word().record, reached)
        return Finding(
            f"a supplement of {request.of}, which holds and was exhausted by entry {newest}",
            f"{request.of} 的补抽；原抽取成立，至第 {newest} 条记录已抽尽",
            tuple(gaps),
        )

    def judged_as_parent(self) -> list[str]:
        """Take every step; return the gaps.

        Raises:
            ProofRejected: a step fails, which is named.
        """
        gaps: list[str] = []
        for name, check in self.steps():
            try:
                gaps += [f"parent, {name}: {gap}" for gap in check().gaps]
            except ProofRejected as rejected:
                raise ProofRejected(f"parent, {name}: {rejected}") from None
        return gaps

    def rosters(self) -> Finding:
        """Hash the auditor's rosters into their places (step 15)."""
        assert self.auditor is not None, "the auditor's file is given"
        self._audited = read(self.auditor, AuditorFile)
        return check_rosters(self.bundle.request, self._audited)

    def eligibility(self) -> Finding:
        """Open the exclusions and fit every expert to his stratum (step 16)."""
        assert self._audited is not None, "step 15 comes first"
        return check_eligibility(self.bundle.request, self._audited)


def _names_a_party(entry: Logged) -> bool:
    """Tell whether a body names anybody: what is no text is nobody's name."""
    return isinstance(entry.entry.body.get("party"), str)


def judge(bundle: bytes, trust: bytes, auditor: bytes | None = None) -> Report:
    """Judge a bundle by a trust file, and by the auditor's file where there is one.

    All three are the bytes of JSON files. Never raises on bad input: what is not readable is
    unusable, what does not hold is failed, with the step named.
    """
    try:
        trusted = _read_trust(trust)
        if auditor is not None:
            _require_json(auditor)
        given = read(bundle, Bundle)
    except UnusableError as error:
        return _report(Verdict.UNUSABLE, [], detail=str(error))
    except ProofRejected as rejected:
        return _report(Verdict.FAILED, [_failed("shape", rejected)])
    return _judge(_Case(given, trusted, auditor))


def _require_json(auditor: bytes) -> None:
    """Raise UnusableError unless the auditor's file is JSON; `rosters` judges what it says."""
    with suppress(ProofRejected):
        require_json(auditor)


def _read_trust(data: bytes) -> Trust:
    """Return the trust file; one of another shape is as useless as one that cannot be read."""
    try:
        trusted = read(data, Trust)
        trusted.keys_of_log("")
        witness_count(trusted)
        return trusted
    except ProofRejected as rejected:
        raise UnusableError(f"the trust file is not one: {rejected}") from None


def _failed(step: str, rejected: ProofRejected) -> StepReport:
    return StepReport(step, "failed", str(rejected), f"{DEMANDS_ZH[step]}（{rejected}）")


def _judge(case: _Case) -> Report:
    """Take a bundle of the right shape through all further steps."""
    request = case.bundle.request
    shape = f"draw {request.draw}, attempt {request.attempt}, {len(request.strata)} strata"
    steps = [StepReport("shape", "ok", shape, f"抽取 {request.draw}，第 {request.attempt} 次")]
    for name, check in case.steps():
        try:
            finding = check()
        except ProofRejected as rejected:
            steps.append(_failed(name, rejected))
            return _conclude(case, steps, Verdict.FAILED)
        steps.append(_done(name, finding))
    if any(step.outcome == "incomplete" for step in steps):
        return _conclude(case, steps, Verdict.INCOMPLETE)
    closed = case.word().record.only(facts.Closing) is not None
    return _conclude(case, steps, Verdict.VOID if closed else Verdict.VALID)


def _done(name: str, finding: Finding) -> StepReport:
    if not finding.gaps:
        return StepReport(name, "ok", finding.en, finding.zh)
    gaps = "; ".join(finding.gaps)
    return StepReport(
        name, "incomplete", f"{finding.en}; not decided: {gaps}", f"{finding.zh}；未能核定：{gaps}"
    )


def _conclude(case: _Case, steps: list[StepReport], verdict: Verdict) -> Report:
    found, request = case.found, case.bundle.request
    edition = case.trust.editions.get(request.rulebook)
    newest = found.testimony.record.newest().index if found.testimony else None
    return Report(
        verdict,
        EXIT_STATUS[verdict],
        edition is not None and edition.demo is True,
        steps,
        refused_at=steps[-1].step if verdict is Verdict.FAILED else None,
        draw=request.draw,
        cosigned=found.cosigned,
        witnesses=witness_count(case.trust),
        quorum=case.trust.witnesses.quorum,
        log_size=found.log_size,
        entry=newest,
        codes=dict(codes_of(found.lines)),
    )


def _report(verdict: Verdict, steps: list[StepReport], detail: str = "") -> Report:
    """Return the report on something that never became a case."""
    refused = steps[-1].step if steps else None
    return Report(
        verdict, EXIT_STATUS[verdict], False, steps, refused_at=refused, note=detail or RIVALS
    )
