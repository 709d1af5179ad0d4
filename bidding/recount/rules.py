"""The result of one attempt, counted again (draw.md, "Verifying", steps 9 to 13)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bidding.bundle.rules import (
    EVALUATION_COMMITTEE,
    OPEN_PURPOSES,
    PART_FORMS,
    ClosedPart,
    OpenedPart,
    Opening,
    Trust,
    WalkLine,
    is_code,
)
from bidding.closing.rules import NO_PROOF, PROOF_HOURS, Close, Closers, State
from bidding.contribution.rules import NEVER_COUNTERSIGN
from bidding.draw import facts
from bidding.draw.rules import Answer
from bidding.lottery.rules import Order, alpha_of, seed_of, transcript
from bidding.proof.rules import (
    Attempt,
    Finding,
    complete_at,
    inputs_complete,
    require_digest,
    roles,
    verify_text,
)
from bidding.sealing.rules import (
    entry_commitment,
    openings_digest,
    part_digest,
    roster_leaf,
)
from bidding.testimony.rules import Record
from bidding.walk.rules import (
    CAP,
    Line,
    Walk,
    attributes_due,
    caps_kept,
    identities_due,
    walk_digest,
)
from oversight.errors import ProofRejected
from oversight.keys.vrf import verify as verify_vrf
from oversight.ledger.rules import check_inclusion
from oversight.values.canonical import canonical


def expected_alpha(attempt: Attempt, trust: Trust) -> bytes | None:
    """Return alpha, or None while an input is missing."""
    if not inputs_complete(attempt, trust):
        return None
    nonces = [
        (one.party, None if one.nonce is None else bytes.fromhex(one.nonce))
        for one in attempt.reveals
    ]
    signature = attempt.beacon.signature if attempt.beacon else None
    beacon = None if signature is None else bytes.fromhex(signature)
    return alpha_of(transcript(attempt.digest, nonces, beacon))


def check_vrf(attempt: Attempt, trust: Trust) -> tuple[Finding, bytes | None]:
    """Return the seed, once alpha follows from the inputs and the proof holds (step 9).

    The seed is None where inputs or the proof are missing, in a draw that was not drawn.
    """
    alpha, result, drawn = expected_alpha(attempt, trust), attempt.vrf, attempt.drawn()
    if result is not None and (alpha is None or result.alpha != alpha.hex()):
        raise ProofRejected("alpha does not follow from the inputs")
    if result is not None and (result.pi is None) != (result.beta is None):
        raise ProofRejected("a proof and its output come together")
    if alpha is None or result is None or result.pi is None or result.beta is None:
        if drawn is not None:
            raise ProofRejected("drawn without the center's proof")
        what = (
            ("inputs incomplete", "输入不齐") if alpha is None else ("no proof", "中心未给出证明")
        )
        return Finding(*what), None
    beta = verify_vrf(bytes.fromhex(attempt.request.vrf_key), bytes.fromhex(result.pi), alpha)
    if beta.hex() != result.beta:
        raise ProofRejected("beta is not the proof's output")
    if drawn is not None and (drawn.request, drawn.alpha, drawn.pi) != (
        attempt.digest.hex(),
        result.alpha,
        result.pi,
    ):
        raise ProofRejected("the drawn entry holds another request, input or proof")
    shown = alpha.hex()[:16]
    return Finding(f"alpha {shown}…, proof holds", f"输入 {shown}…，证明成立"), seed_of(alpha, beta)


def count_tickets(attempt: Attempt, seed: bytes | None) -> tuple[Finding, list[Order]]:
    """Return the order of every stratum, from the tickets of its full size (step 10)."""
    if seed is None:
        return Finding("no result to count", "无结果可计"), []
    strata = attempt.request.strata
    counted = [Order(seed, stratum.id, stratum.size) for stratum in strata]
    total = sum(stratum.size for stratum in strata)
    return Finding(f"{total} tickets", f"重算 {total} 张签"), counted


class _Bundled:
    """The bundle's lines as the walk meets them, each checked where it is met."""

    def __init__(self, attempt: Attempt) -> None:
        self._strata, self._left = attempt.request.strata, iter(attempt.walk)
        self._line: WalkLine | None = None

    def meet(self, stratum: int, position: int) -> bytes:
        """Return the commitment on the next line, which must stand just here."""
        line = self._line = next(self._left, None)
        if line is None:
            raise ProofRejected("the walk ends before its last line")
        if (line.stratum, line.position) != (stratum, position):
            raise ProofRejected(
                f"a line stands at position {line.position} of stratum {line.stratum}, "
                f"not {position} of {stratum}"
            )
        commitment, meant = bytes.fromhex(line.commitment), self._strata[stratum]
        check_inclusion(
            roster_leaf(commitment),
            position,
            meant.size,
            [bytes.fromhex(node) for node in line.inclusion],
            bytes.fromhex(meant.root),
        )
        return commitment

    def admit(self, stratum: int, position: int, commitment: bytes) -> bool:
        """Return what the line itself says of the caps; opened attributes will show it."""
        assert self._line is not None, "a line is met before it is admitted"
        return self._line.outcomes[:1] != [CAP]


def check_walk(
    attempt: Attempt, orders: Sequence[Order], before: Iterable[bytes] | None = ()
) -> tuple[Finding, list[Line]]:
    """Return the walk, replayed from order and answers (step 11).

    `before` holds the commitments on the lines of parent draws; None where they are missing.
    """
    answers = attempt.record.all(facts.Answered)
    if not orders:
        if attempt.walk:
            raise ProofRejected("a walk without a result")
        return Finding("no walk", "无抽取过程"), []
    if before is None:
        raise ProofRejected("the parent's lines are not in the bundle")
    bundled = _Bundled(attempt)
    walk = Walk(
        [stratum.seats for stratum in attempt.request.strata],
        orders,
        bundled.meet,
        bundled.admit,
        before,
    )
    walk.begin()
    drawn = attempt.drawn()
    if drawn is not None and drawn.walk != walk.digest().hex():
        raise ProofRejected("the drawn entry holds another walk")
    for entry, fact in answers:
        obstacle = walk.obstacle(fact.line, fact.outcome)
        if obstacle is not None:
            raise ProofRejected(f"entry {entry.index}: {obstacle.demands}")
        walk.answer(fact.line, fact.outcome)
        if fact.walk != walk.digest().hex():
            raise ProofRejected(f"entry {entry.index} holds another walk")
    _check_lines(attempt.walk, walk.lines)
    seated = sum(line.holds_seat() for line in walk.lines)
    return Finding(
        f"{len(walk.lines)} lines, {seated} seated", f"{len(walk.lines)} 行，在席 {seated} 人"
    ), walk.lines


def _check_lines(bundled: Sequence[WalkLine], lines: Sequence[Line]) -> None:
    """Raise ProofRejected unless the bundle's lines are those of the walk, in roster order."""
    if len(bundled) != len(lines):
        raise ProofRejected(f"{len(bundled)} lines where the walk has {len(lines)}")
    for number, (claimed, line) in enumerate(zip(bundled, lines, strict=True)):
        if tuple(claimed.outcomes) != line.outcomes:
            raise ProofRejected(f"line {number} has other outcomes than the walk")
    ranked = sorted(lines, key=lambda line: (line.stratum, line.position))
    for below, above in pairwise(ranked):
        if below.stratum == above.stratum and below.commitment >= above.commitment:
            raise ProofRejected("the commitments do not ascend with their positions")


def check_answers(attempt: Attempt, lines: Sequence[Line], trust: Trust) -> Finding:
    """Check the countersignature of every answer, and the closing (step 12)."""
    keys = {one.party: one.key for one in attempt.request.contributors}
    role_of = roles(trust)
    gaps: list[str] = []
    for entry, fact in (answers := attempt.record.all(facts.Answered)):
        key, role = keys.get(fact.countersigner), role_of.get(fact.countersigner)
        if key is None or role in NEVER_COUNTERSIGN:
            raise ProofRejected(f"entry {entry.index} is countersigned by one who may not")
        if role is None:
            gaps.append(f"the role of countersigner {fact.countersigner} is not known")
        require_digest(fact.evidence)
        line = lines[fact.line]
        answer = Answer(
            fact.draw,
            attempt.digest.hex(),
            line.stratum,
            line.position,
            fact.outcome,
            fact.evidence,
            fact.previous,
        )
        verify_text(key, fact.signature, answer.statement())
    said = f"{len(answers)} countersigned", f"{len(answers)} 条答复均有会签"
    if attempt.closing() is not None:
        _check_result_disclosed(attempt, lines, trust)
        gaps += check_closing(attempt.record, attempt.request.attempt, attempt, trust)
        said = said[0] + "; closing signed", said[1] + "；终止记录签名成立"
    return Finding(*said, tuple(gaps))


def _check_result_disclosed(attempt: Attempt, lines: Sequence[Line], trust: Trust) -> None:
    """Raise ProofRejected unless the closing carries all that was known (draw.md, step 7)."""
    found, alpha = attempt.record.only(facts.Closing), expected_alpha(attempt, trust)
    assert found is not None, "there is a closing"
    entry, closing = found
    result = attempt.vrf
    proof = result.pi if result is not None and alpha is not None else None
    digest = walk_digest(lines).hex() if proof is not None else None
    if closing.alpha != (None if alpha is None else alpha.hex()):
        raise ProofRejected("the closing holds another alpha than the inputs give")
    if (closing.pi, closing.walk) != (proof, digest):
        raise ProofRejected("the closing holds another proof or walk than the bundle")
    unproved = isinstance(closing, facts.Voided) and closing.reason == NO_PROOF
    if alpha is not None and unproved != (proof is None):
        raise ProofRejected("complete inputs without a proof are voided as no-proof, and only so")
    if alpha is not None and unproved:
        waited = int(entry.at.timestamp()) - complete_at(attempt, trust)
        if waited < PROOF_HOURS * 3600:
            raise ProofRejected(f"no-proof after {waited} s: the center has {PROOF_HOURS} hours")


def check_closing(record: Record, number: int, attempt: Attempt | None, trust: Trust) -> list[str]:
    """Check that a closing is signed by a party that may close; return the gaps.

    `attempt` is None where the draw was closed before its seal; `number` is the attempt's.
    """
    found = record.only(facts.Closing)
    assert found is not None, "there is a closing"
    (entry, fact), role_of = found, roles(trust)
    state = State.VOIDED if isinstance(fact, facts.Voided) else State.LAPSED
    party = entry.entry.actor
    contributors = {one.party: one.key for one in attempt.request.contributors} if attempt else {}
    if attempt is None and (fact.alpha, fact.pi, fact.walk) != (None, None, None):
        raise ProofRejected("a result before the seal")
    if not is_code(fact.reason):
        raise ProofRejected("the closing gives no coded reason")
    known = trust.parties[party].keys if party in trust.parties else []
    if party not in role_of or not known:
        return [f"{party}, who closed the draw, is not known"]
    closers = Closers(role_of, contributors, attempt.missing() if attempt else ())
    if not closers.entitles(state, party):
        raise ProofRejected(f"{party} may not sign that the draw is {state.value}")
    require_digest(fact.statement)
    statement = Close(
        fact.draw,
        number,
        attempt.digest.hex() if attempt else None,
        state.value,
        fact.reason,
        fact.statement,
        fact.alpha,
        fact.walk,
    ).signed()
    own = [contributors[party]] if party in contributors else []
    _verify_any([*known, *own], fact.signature, statement)
    return []


def _verify_any(keys: Sequence[str], signature: str, statement: bytes) -> None:
    for key in dict.fromkeys(keys):
        try:
            return verify_text(key, signature, statement)
        except ProofRejected:
            continue
    raise ProofRejected("the closing's signature holds under none of its party's keys")


def check_openings(attempt: Attempt, lines: Sequence[Line], openings: Sequence[Opening]) -> Finding:
    """Check what is shown of the experts, and that all is shown that must be (step 13)."""
    if not attempt.request.caps and any(line.outcomes[0] == CAP for line in lines):
        raise ProofRejected("a line is capped, but the request has no caps")
    names = [opening.commitment for opening in openings]
    if names != sorted(set(names)):
        raise ProofRejected("the openings do not ascend by commitment")
    public = attempt.request.purpose in OPEN_PURPOSES  # whose whole rosters are opened
    if not public and not set(names) <= {line.commitment.hex() for line in lines}:
        raise ProofRejected("somebody is opened whom the walk did not meet")
    shown = {bytes.fromhex(one.commitment): _checked_parts(one) for one in openings}
    if not public:
        _check_people(shown.values(), attempt.request.purpose)
    logged = _logged_openings(attempt)
    if logged is None:
        if openings:
            raise ProofRejected("identities were opened before the log says so")
        return Finding("identities not revealed yet", "身份尚未公开")
    holds = logged == openings_digest(list(openings)).hex()
    if not openings and not holds:
        gap = "identities closed: this reader was given no openings"
        return Finding("identities closed", "身份未向本读者公开", (gap,))
    if not holds:
        raise ProofRejected("the openings are not those that were logged")
    if public:
        _check_walk_opened(lines, shown)
    else:
        _check_all_opened(lines, shown, attempt.request.caps)
    codes = Counter(line.outcomes[0] for line in lines)
    return Finding(
        f"{len(openings)} opened, caps checked over {codes[CAP]} capped lines",
        f"公开 {len(openings)} 条，复核 {codes[CAP]} 条限额剔除",
    )


Shown = tuple[OpenedPart | ClosedPart, OpenedPart | ClosedPart]


def _checked_parts(opening: Opening) -> Shown:
    """Return both parts of an opening, once they give its commitment."""
    digests = []
    for name, part in zip(("identity", "attributes"), opening.parts(), strict=True):
        if isinstance(part, ClosedPart):
            digests.append(bytes.fromhex(part.digest))
        else:
            digests.append(part_digest(name, bytes.fromhex(part.salt), part.value))
    if entry_commitment(*digests).hex() != opening.commitment:
        raise ProofRejected("an opening does not give its commitment")
    return opening.parts()


def _check_people(shown: Iterable[Shown], purpose: str) -> None:
    """Raise ProofRejected for a part of another form, or one person under two commitments.

    One expert has one commitment in all strata of a draw (draw.md, step 3).
    """
    forms = PART_FORMS.get(purpose, PART_FORMS[EVALUATION_COMMITTEE])
    known = set()
    for parts in shown:
        for part, form in zip(parts, forms, strict=True):
            if isinstance(part, OpenedPart) and part.value.keys() != set(form):
                raise ProofRejected("an opened part has not the form due")
        if isinstance(parts[0], OpenedPart):
            person = canonical(parts[0].value[forms[0][0]])
            if person in known:
                raise ProofRejected("somebody is opened twice")
            known.add(person)


def _logged_openings(attempt: Attempt) -> str | None:
    """Return the logged digest of the openings: with the reveal of identities, or with the seal."""
    if attempt.request.purpose in OPEN_PURPOSES:
        sealed = attempt.record.only(facts.SealedOpenly)
        return sealed[1].openings if sealed else ""
    identified = attempt.record.only(facts.Identified)
    return identified[1].openings if identified else None


def _check_all_opened(
    lines: Sequence[Line], shown: Mapping[bytes, Shown], caps: Mapping[str, int]
) -> None:
    """Raise ProofRejected for a part that should be open and is not, or a cap that is not kept."""
    attributes: dict[bytes, Mapping[str, object]] = {}
    for commitment in sorted(attributes_due(lines, caps)):
        part = shown[commitment][1] if commitment in shown else None
        if not isinstance(part, OpenedPart):
            raise ProofRejected("a line's attributes are not opened")
        attributes[commitment] = part.value
    for commitment in sorted(identities_due(lines)):
        if not isinstance(shown[commitment][0], OpenedPart):  # present: its attributes are
            raise ProofRejected("a seated line's identity is not opened")
    if not caps:
        return
    if any(not isinstance(value.get(name), str) for name in caps for value in attributes.values()):
        raise ProofRejected("a cap names an attribute that is no text")
    if not caps_kept(lines, caps, attributes):
        raise ProofRejected("a cap was applied where it was not reached, or not where it was")


def _check_walk_opened(lines: Sequence[Line], shown: Mapping[bytes, Shown]) -> None:
    """Raise ProofRejected unless every line is opened: the items are public from the seal on."""
    for line in lines:
        parts = shown.get(line.commitment, ())
        if not parts or any(isinstance(part, ClosedPart) for part in parts):
            raise ProofRejected("an item that is public is not opened")


def codes_of(lines: Sequence[Line]) -> Mapping[str, int]:
    """Return how many lines ended with each code."""
    return dict(sorted(Counter(line.outcomes[-1] for line in lines).items()))
