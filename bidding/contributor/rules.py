"""What a contributor checks before it gives its nonce away (draw.md, step 4). Pure.

The service that asks for the nonce is not trusted: what it says is compared with what the
contributor kept when it committed, with the log under the key of its own trust file, and with
its own clock.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from bidding.bundle.rules import Request, Trust, request_digest
from bidding.contribution.rules import commit_statement, contribution, reveal_statement
from bidding.draw.facts import Answered, Drawn, Revealed, Sealed
from bidding.draw.rules import Answer
from bidding.sealing.rules import SALT_BYTES, evidence_digest
from bidding.walk.rules import ANSWERS
from oversight.errors import ProofRejected, Rule, RuleBroken
from oversight.keys.signing import SigningKey
from oversight.ledger.facts import Entry, read_entry
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.ledger.rules import leaf_hash
from oversight.values.canonical import NotCanonical, canonical, parse_strict
from oversight.values.digests import to_base64, unhex
from oversight.values.instants import from_text

ONE_REQUEST_EVER = Rule(
    "contributor.one_request_ever",
    "A contributor signs one request of a draw, ever.",
    "design: draw.md#4. Reveal",
)
NONCE_KEPT = Rule(
    "contributor.nonce_kept",
    "The nonce of the draw is kept in this directory since the commitment.",
    "design: draw.md#4. Reveal",
)
ANSWER_VOUCHED_ONCE = Rule(
    "contributor.answer_vouched_once",
    "A contributor vouches for one answer behind each entry of a draw.",
    "design: draw.md#6. Answer and replace",
)
ANSWER_SAFE = Rule(
    "contributor.answer_safe",
    "What is countersigned is an answer of the draw for which the nonce was given, behind an entry "
    "of its own on the log, and the record is the evidence.",
    "design: draw.md#6. Answer and replace",
)
REVEAL_SAFE = Rule(
    "contributor.reveal_safe",
    "What was sealed is what was ordered, it is on the log, and the time for reveals lies ahead.",
    "design: draw.md#4. Reveal",
)


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a contributor keeps of one draw, in a file of its own."""

    draw: str
    party: str
    nonce: str  # hex; nobody else sees it before the reveal
    key: str  # base64 of the public key that signs
    ordered: int  # index of the order's entry
    subject: str
    purpose: str
    attempt: int
    rulebook: str
    strata: list[tuple[str, int]]
    caps: dict[str, int]
    contributors: list[str]
    of: str | None = None  # draw that it supplements
    request: str = ""  # the one request that was signed, hex; empty before
    signature: str = ""  # base64, over the reveal statement; empty before
    proof: str = ""  # the .tlog-proof of the revealed entry; empty before

    def commitment(self) -> bytes:
        """Return the 32 bytes that bind the party to its nonce."""
        return contribution(self.draw, self.party, unhex(self.nonce, 32))

    def signed_commitment(self, key: SigningKey) -> dict[str, str]:
        """Return what is sent to commit."""
        value = self.commitment()
        signature = key.sign(commit_statement(self.draw, self.party, value))
        return {"commitment": value.hex(), "signature": to_base64(signature)}

    def signed_for(self, request: bytes, key: SigningKey) -> "Kept":
        """Return this with the reveal signed for `request` (R).

        Raises:
            RuleBroken: ONE_REQUEST_EVER, when another request was signed before.
        """
        if self.request not in ("", request.hex()):
            raise RuleBroken(
                ONE_REQUEST_EVER, needed="nothing: tell the supervisor", signed=self.request
            )
        statement = reveal_statement(self.draw, request, unhex(self.nonce, 32))
        signature = to_base64(key.sign(statement))
        return msgspec.structs.replace(self, request=request.hex(), signature=signature)

    def reveal(self) -> dict[str, str]:
        """Return the signed reveal, as whoever holds it may bring it."""
        assert self.signature, "the reveal is signed"
        return {
            "party": self.party,
            "request": self.request,
            "nonce": self.nonce,
            "signature": self.signature,
        }


class Vouched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that a contributor countersigned."""

    answer: Answer
    record: str  # canonical JSON, as it was read
    salt: str  # hex
    signature: str  # base64


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every answer of one draw that a contributor countersigned, oldest first."""

    draw: str
    vouched: list[Vouched] = []

    def signed(self, answer: Answer, salt: str, record: str, key: SigningKey) -> "Book":
        """Return the book with this answer signed last; the same answer twice is signed once.

        Raises:
            RuleBroken: ANSWER_VOUCHED_ONCE, when another was signed behind the same entry.
        """
        before = [one for one in self.vouched if one.answer.previous == answer.previous]
        if any(one.answer != answer for one in before):
            raise RuleBroken(
                ANSWER_VOUCHED_ONCE,
                needed="nothing: an answer behind this entry is signed; tell the supervisor",
                previous=answer.previous,
            )
        signature = to_base64(key.sign(answer.statement()))
        entry = Vouched(answer, record, salt, signature)
        others = [one for one in self.vouched if one not in before]
        return msgspec.structs.replace(self, vouched=[*others, entry])


class Proved(msgspec.Struct, frozen=True):
    """An entry that stands in the log of the trust file."""

    index: int  # where the proof, not the service, says that it stands
    entry: Entry
    proof: str  # the `.tlog-proof` that was checked


class NotWitnessed(ProofRejected):
    """The proof holds, and fewer witnesses cosigned so far than the trust file asks for."""


def proved_entry(leaf: bytes, proof: str, trust: Trust, origin: str) -> Proved:
    """Return what the entry says and where it stands, once that is proved.

    Args:
        leaf: the entry's bytes.
        proof: its `.tlog-proof`.
        origin: name of the log.

    Raises:
        NotWitnessed: too few witnesses cosigned; more may do so later.
        ProofRejected: the proof or the log's signature fails.
    """
    keys = trust.keys_of_log(origin), trust.keys_of_witnesses()
    parsed = parse_tlog_proof(proof)
    _, opened = check_tlog_proof(parsed, leaf_hash(leaf), origin, *keys)
    cosigned = len({key.public for key, _ in opened.cosigned})
    if cosigned < trust.witnesses.quorum:
        raise NotWitnessed(
            f"{cosigned} witnesses cosigned, the trust file asks for {trust.witnesses.quorum}"
        )
    try:
        return Proved(parsed.index, read_entry(leaf), proof)
    except msgspec.DecodeError:
        raise ProofRejected("the leaf is no entry") from None


def check_request(
    kept: Kept, request: Request, sealed: Proved, trust: Trust, now: datetime
) -> bytes:
    """Return R, if nothing speaks against giving the nonce away for it.

    Args:
        sealed: the proved `sealed` entry.
        trust: pins the chain of a beacon.
        now: by the contributor's own clock.

    Raises:
        RuleBroken: REVEAL_SAFE, naming everything that differs.
    """
    digest = request_digest(request)
    obstacles = [*_obstacles(kept, request, sealed.index), *_overdue(request, trust, now)]
    if obstacles:
        raise RuleBroken(REVEAL_SAFE, needed="a seal of what was ordered", differs=obstacles)
    said = sealed.entry.body
    if sealed.entry.kind != Sealed.kind or (said.get("draw"), said.get("request")) != (
        kept.draw,
        digest.hex(),
    ):
        raise RuleBroken(REVEAL_SAFE, needed="the sealed entry of this request on the log")
    return digest


def _obstacles(kept: Kept, request: Request, index: int) -> Iterator[str]:
    """Name everything in which the request is not what was ordered and committed to."""
    own = [one for one in request.contributors if one.party == kept.party]
    if [(one.key, one.commitment) for one in own] != [(kept.key, kept.commitment().hex())]:
        yield "own commitment"
    ordered = {
        "draw": (request.draw, kept.draw),
        "subject": (request.subject, kept.subject),
        "purpose": (request.purpose, kept.purpose),
        "attempt": (request.attempt, kept.attempt),
        "parent": (request.of, kept.of),
        "rulebook": (request.rulebook, kept.rulebook),
        "strata and seats": ([(one.id, one.seats) for one in request.strata], kept.strata),
        "caps": (request.caps, kept.caps),
        "contributors": ([one.party for one in request.contributors], kept.contributors),
    }
    yield from (name for name, (now_is, was) in ordered.items() if now_is != was)
    if not kept.ordered < request.pool.as_of <= index:
        yield "as_of"


def _overdue(request: Request, trust: Trust, now: datetime) -> Iterator[str]:
    """Name the times that do not lie ahead: after them a nonce decides instead of binding."""
    if from_text(request.reveal_by) <= now:
        yield "reveal_by has passed"
    if request.beacon is None:
        return
    chain = trust.beacons.get(request.beacon.chain)
    if chain is None:
        yield "the beacon's chain is not in the trust file"
        return
    due = chain.genesis + (request.beacon.round - 1) * chain.period
    if due <= now.timestamp():
        yield "the beacon's round has passed"
    edition = trust.editions.get(request.rulebook)
    lead = 60 * edition.round_lead_minutes if edition else 0
    if due < from_text(request.reveal_by).timestamp() + lead:
        yield "the beacon's round comes too soon after reveal_by"


def check_answer(kept: Kept, answer: Answer, behind: Proved, salt: str, record: str) -> None:
    """Return only if nothing speaks against vouching for an answer, but what its record says.

    Args:
        kept: what this contributor keeps of the draw; it signed the reveal.
        answer: what would be signed.
        behind: the proved entry behind which it stands.
        salt: of the evidence, hex.
        record: of the evidence, canonical JSON.

    Raises:
        RuleBroken: ANSWER_SAFE, naming everything that differs.
    """
    obstacles = list(_answer_obstacles(kept, answer, behind))
    if not _is_evidence(salt, record, answer.evidence):
        obstacles.append("evidence")
    if obstacles:
        raise RuleBroken(ANSWER_SAFE, needed="an answer of this draw", differs=obstacles)


def _answer_obstacles(kept: Kept, answer: Answer, behind: Proved) -> Iterator[str]:
    if (answer.draw, answer.request) != (kept.draw, kept.request):
        yield "draw or request"
    if not 0 <= answer.stratum < len(kept.strata):
        yield "stratum"
    if answer.outcome not in ANSWERS:
        yield "outcome"
    follows = behind.entry.kind in (Drawn.kind, Answered.kind)
    if behind.index != answer.previous or not follows or behind.entry.body["draw"] != kept.draw:
        yield "previous"


def _is_evidence(salt: str, record: str, evidence: str) -> bool:
    """Tell whether salt and record give the digest, the record written in its one form."""
    try:
        value = parse_strict(record.encode())
        if canonical(value) != record.encode():
            return False
        return evidence_digest(unhex(salt, SALT_BYTES), value).hex() == evidence
    except (NotCanonical, ValueError):
        return False


def check_own_reveal(kept: Kept, proved: Proved) -> None:
    """Return only if the proved entry is this contributor's reveal.

    Raises:
        ProofRejected: it is another entry.
    """
    revealed = proved.entry
    said = revealed.body
    expected = (kept.draw, kept.party, kept.nonce, kept.request)
    found = tuple(said.get(name) for name in ("draw", "party", "nonce", "request"))
    if revealed.kind != Revealed.kind or found != expected:
        raise ProofRejected("the entry is not the reveal that was sent")
