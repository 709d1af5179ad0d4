"""The inputs of one attempt, checked (draw.md, "Verifying", steps 5 to 8).

Each check raises ProofRejected where the evidence fails. What it cannot decide, because the
verifier lacks a figure, a key or an algorithm, it names as a gap: the verdict is incomplete then,
and the rest goes on.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from bidding.bundle.rules import (
    OPEN_PURPOSES,
    BeaconValue,
    Bundle,
    Earlier,
    EarlyProofs,
    Request,
    Reveal,
    Round,
    Trust,
    TrustedEdition,
    VrfResult,
    WalkLine,
    request_digest,
)
from bidding.contribution.rules import (
    CENTER,
    CONTRIBUTORS_ENOUGH,
    Entrants,
    commit_statement,
    contribution,
    entrant_obstacles,
    reveal_statement,
    roles_undecided,
)
from bidding.draw import facts
from bidding.testimony.rules import (
    Logged,
    Record,
    cosigners,
)
from oversight.beacon.rules import Chain, round_second, verify_round
from oversight.custody.facts import KeyPublished
from oversight.custody.rules import DRAW_VRF
from oversight.errors import ProofRejected
from oversight.keys.signing import verify
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.values.digests import is_hex, unbase64
from oversight.values.instants import from_text


class Finding(msgspec.Struct, frozen=True):
    """What a step found, in both languages, and what it could not decide."""

    en: str
    zh: str
    gaps: tuple[str, ...] = ()


class Attempt(msgspec.Struct, frozen=True):
    """One sealed attempt: what the bundle brings of it, and what the log says."""

    request: Request
    digest: bytes  # R
    origin: str  # of the bundle's log
    reveals: list[Reveal]
    beacon: BeaconValue | None
    vrf: VrfResult | None
    walk: list[WalkLine]
    record: Record
    early: EarlyProofs | None

    def drawn(self) -> facts.Drawn | None:
        """Return what the `drawn` entry says, if there is one."""
        found = self.record.only(facts.Drawn)
        return found[1] if found else None

    def closing(self) -> facts.Closing | None:
        """Return what the closing says, if there is one."""
        found = self.record.only(facts.Closing)
        return found[1] if found else None

    def missing(self) -> set[str]:
        """Return the contributors without a reveal."""
        return {reveal.party for reveal in self.reveals if reveal.nonce is None}


def attempt_of(bundle: Bundle | Earlier, record: Record, origin: str) -> Attempt:
    """Return a sealed attempt with its record, from the bundle of the log `origin`."""
    assert bundle.request is not None, "an attempt without a request was never sealed"
    early = bundle.log.early if isinstance(bundle, Bundle) else None
    return Attempt(
        bundle.request,
        request_digest(bundle.request),
        origin,
        bundle.reveals,
        bundle.beacon,
        bundle.vrf,
        bundle.walk,
        record,
        early,
    )


def roles(trust: Trust) -> Mapping[str, str]:
    """Return the trusted role of each party that the verifier knows."""
    return {party: known.role for party, known in trust.parties.items()} | {trust.center: CENTER}


def check_request(attempt: Attempt, keys: Sequence[Logged], trust: Trust) -> Finding:
    """Check what was sealed against the order and the edition (step 5)."""
    request = attempt.request
    ordered, sealed = attempt.record.only(facts.Ordered), attempt.record.only(facts.Sealed)
    assert ordered is not None, "step 4 found the order"
    assert sealed is not None, "step 4 found the seal"
    if sealed[1].request != attempt.digest.hex():
        raise ProofRejected("the request is not the one that was sealed")
    said = (request.subject, request.purpose, request.attempt, request.of)
    for entry, fact in (ordered, sealed):
        if (entry.entry.subject, fact.purpose, fact.attempt, fact.of) != said:
            raise ProofRejected(f"entry {entry.index} and the request differ")
    if request.origin != attempt.origin:
        raise ProofRejected("the request is of another log")
    if not ordered[0].index < request.pool.as_of <= sealed[0].index:
        raise ProofRejected("as_of does not lie between the order and the seal")
    published = _key_entries(keys, request.vrf_key, sealed[0].index)
    if not published:
        raise ProofRejected("the VRF key was not logged before the seal")
    edition = trust.editions.get(request.rulebook)
    if edition is None:
        return Finding(
            "agrees with order and seal", "与申请、封存记录一致", (_no_edition(request),)
        )
    _check_figures(request, edition, sealed[0].at - published[0].at)
    seats, size = sum(one.seats for one in request.strata), sum(one.size for one in request.strata)
    return Finding(
        f"{seats} seats from {size} entries in {len(request.strata)} strata; "
        f"attempt {request.attempt} of at most {edition.attempts_max}; edition {request.rulebook}",
        f"{len(request.strata)} 个分层、{size} 条名册记录、抽取 {seats} 席；"
        f"第 {request.attempt} 次（上限 {edition.attempts_max} 次）；规则版本 {request.rulebook}",
    )


def _no_edition(request: Request) -> str:
    return f"edition {request.rulebook} is not in the trust file"


def _key_entries(keys: Sequence[Logged], key: str, before: int) -> list[Logged]:
    """Return the entries that published a VRF key, the first on the log first."""
    published = [
        one
        for one in keys
        if isinstance(one.fact, KeyPublished)
        and (one.fact.purpose, one.fact.key) == (DRAW_VRF, key)
        and one.index < before
    ]
    return sorted(published, key=lambda one: one.index)


def _check_figures(request: Request, edition: TrustedEdition, lead: timedelta) -> None:
    """Raise ProofRejected unless the request keeps to the figures of its edition."""
    if request.purpose in OPEN_PURPOSES:
        if request.caps:
            raise ProofRejected("this purpose knows no caps")
    elif any(one.size < edition.roster_multiple * one.seats for one in request.strata):
        raise ProofRejected(f"a roster is smaller than {edition.roster_multiple} times its seats")
    if request.attempt > edition.attempts_max:
        raise ProofRejected(f"more than {edition.attempts_max} attempts")
    if lead // timedelta(seconds=1) < edition.vrf_lead_hours * 3600:
        raise ProofRejected(f"the VRF key was logged less than {edition.vrf_lead_hours} h before")


def check_contributors(attempt: Attempt, trust: Trust) -> Finding:
    """Check who contributes, and that each committed before the seal (step 6)."""
    request, role_of = attempt.request, roles(trust)
    edition = trust.editions.get(request.rulebook)
    entrants = Entrants(
        [(one.party, one.key) for one in request.contributors],
        role_of,
        edition.must_contribute if edition else (),
        request.purpose,
    )
    gaps = [] if edition else [_no_edition(request)]
    for rule, needed in entrant_obstacles(entrants):
        if rule is CONTRIBUTORS_ENOUGH or not roles_undecided(entrants):
            raise ProofRejected(f"{rule.demands} Needed: {needed}")
        gaps.append(f"a party of unknown role contributes: perhaps {needed}")
    committed = attempt.record.all(facts.Committed)
    if sorted(fact.party for _, fact in committed) != sorted(
        one.party for one in request.contributors
    ):
        raise ProofRejected("the contributors are not exactly those who committed")
    commits = {fact.party: (entry, fact) for entry, fact in committed}
    for one in request.contributors:
        entry, fact = commits[one.party]
        if entry.entry.actor != one.party or fact.commitment != one.commitment:
            raise ProofRejected(f"entry {entry.index} is not this contributor's commitment")
        statement = commit_statement(request.draw, one.party, bytes.fromhex(one.commitment))
        verify_text(one.key, fact.signature, statement)
        known = trust.parties.get(one.party)
        if known is None or one.key not in known.keys:
            gaps.append(f"the key of contributor {one.party} is not trusted")
    names = ", ".join(
        f"{one.party} ({role_of.get(one.party, 'unknown')})" for one in request.contributors
    )
    return Finding(f"{len(commits)}: {names}", f"{len(commits)} 方：{names}", tuple(gaps))


def verify_text(key: str, signature: str, statement: bytes) -> None:
    """Verify an Ed25519 signature; key and signature are base64.

    Raises:
        ProofRejected: it does not hold, or is not 64 bytes of canonical base64.
    """
    try:
        data = unbase64(signature, 64)
    except ValueError:
        raise ProofRejected("a signature is not 64 bytes of base64") from None
    verify(unbase64(key, 32), data, statement)


def require_digest(text: str) -> None:
    """Raise ProofRejected unless what was signed as a digest is 32 bytes of lower-case hex."""
    if not is_hex(text, 32):
        raise ProofRejected("a digest is not 32 bytes of lower-case hex")


def check_reveals(attempt: Attempt, trust: Trust) -> Finding:
    """Check that every nonce opens its commitment, and that none may be missing (step 7)."""
    request = attempt.request
    if [one.party for one in attempt.reveals] != [one.party for one in request.contributors]:
        raise ProofRejected("the reveals are not one for each contributor, in the request's order")
    revealed = {fact.party: (entry, fact) for entry, fact in attempt.record.all(facts.Revealed)}
    if not revealed.keys() <= {one.party for one in request.contributors}:
        raise ProofRejected("somebody revealed who does not contribute")
    for one, reveal in zip(request.contributors, attempt.reveals, strict=True):
        if (reveal.nonce is None) != (reveal.signature is None):
            raise ProofRejected("a reveal has a nonce and a signature, or neither")
        if reveal.nonce is not None and reveal.signature is not None:
            nonce = bytes.fromhex(reveal.nonce)
            if contribution(request.draw, one.party, nonce).hex() != one.commitment:
                raise ProofRejected(f"the nonce of {one.party} does not open its commitment")
            verify_text(
                one.key, reveal.signature, reveal_statement(request.draw, attempt.digest, nonce)
            )
        _check_revealed_entry(attempt, reveal, revealed.get(one.party), trust)
    if attempt.drawn() is not None and not inputs_revealed(attempt, trust):
        raise ProofRejected("drawn although a missing reveal voids the draw")
    given = len(attempt.reveals) - len(attempt.missing())
    return Finding(
        f"{given} of {len(attempt.reveals)} nonces open their commitments",
        f"{len(attempt.reveals)} 个承诺中 {given} 个已由随机数打开",
    )


def _check_revealed_entry(
    attempt: Attempt, reveal: Reveal, logged: tuple[Logged, facts.Revealed] | None, trust: Trust
) -> None:
    """Raise ProofRejected unless the log says of this reveal what the bundle says."""
    if logged is None:
        if reveal.nonce is not None:
            raise ProofRejected(f"the reveal of {reveal.party} is not on the log")
        return
    entry, fact = logged
    if (fact.nonce, fact.signature) != (reveal.nonce, reveal.signature):
        raise ProofRejected(f"entry {entry.index} holds another reveal")
    if fact.request != attempt.digest.hex():
        raise ProofRejected(f"entry {entry.index} reveals for another request")
    actor = trust.center if fact.nonce is None else fact.party
    if entry.entry.actor != actor:
        raise ProofRejected(f"entry {entry.index} has another actor than {actor}")
    if fact.nonce is not None and entry.at > from_text(attempt.request.reveal_by):
        raise ProofRejected(f"entry {entry.index} was logged after reveal_by")


def inputs_revealed(attempt: Attempt, trust: Trust) -> bool:
    """Tell whether the reveals suffice for a result (draw.md, step 4).

    With a beacon and a witness quorum each contributor has one `revealed` entry, a nonce or a
    breach, and at least one nonce is not the center's; in every other case no nonce is missing.
    """
    missing = attempt.missing()
    if not missing:
        return True
    if attempt.request.beacon is None or not trust.witnesses.quorum:
        return False
    logged = {fact.party for _, fact in attempt.record.all(facts.Revealed)}
    parties, role_of = {one.party for one in attempt.reveals}, roles(trust)
    return logged == parties and any(role_of.get(one) != CENTER for one in parties - missing)


def inputs_complete(attempt: Attempt, trust: Trust) -> bool:
    """Tell whether everything that the result follows from is there."""
    came = attempt.beacon is None or attempt.beacon.signature is not None
    return came and inputs_revealed(attempt, trust)


def pinned(named: Round, trust: Trust) -> Chain | None:
    """Return the chain of a round as the verifier pins it; None if he does not know it."""
    known = trust.beacons.get(named.chain)
    if known is None:
        return None
    return Chain(named.chain, known.public_key, known.scheme, known.period, known.genesis)


def complete_at(attempt: Attempt, trust: Trust) -> int:
    """Return the POSIX second since which all inputs were there: the last reveal, or the round."""
    named = attempt.request.beacon
    chain = pinned(named, trust) if named else None
    came = round_second(chain, named.round) if named and chain else 0
    revealed = [int(entry.at.timestamp()) for entry, _ in attempt.record.all(facts.Revealed)]
    return max([came, *revealed])


def check_beacon(attempt: Attempt, trust: Trust) -> Finding:
    """Check that the beacon is the round that was bound, and came after the inputs (step 8)."""
    named, came = attempt.request.beacon, attempt.beacon
    drawn = attempt.drawn()
    if named is None:
        if came is not None or attempt.early is not None or (drawn and drawn.beacon is not None):
            raise ProofRejected("the request names no beacon, but there is one")
        return Finding("none", "未使用公共随机信标")
    if came is None or (came.chain, came.round) != (named.chain, named.round):
        raise ProofRejected("the beacon is not the round that the request names")
    if drawn is not None and (came.signature is None or drawn.beacon != came.signature):
        raise ProofRejected("the drawn entry holds another beacon signature")
    chain = pinned(named, trust)
    if chain is None:
        gap = f"chain {named.chain[:16]}… is not in the trust file"
        return Finding(f"round {named.round}", f"第 {named.round} 轮", (gap,))
    if came.signature is not None:
        verify_round(chain, named.round, bytes.fromhex(came.signature))
    second = round_second(chain, named.round)
    gaps = []
    edition = trust.editions.get(attempt.request.rulebook)
    if edition is None:
        gaps.append(_no_edition(attempt.request))
    elif (
        second
        < int(from_text(attempt.request.reveal_by).timestamp()) + 60 * edition.round_lead_minutes
    ):
        raise ProofRejected("the round comes too soon after reveal_by")
    if trust.witnesses.quorum and drawn is not None:
        gaps += _check_early(attempt, trust, second)
    said = f"POSIX second {second}"
    return Finding(f"round {named.round} at {said}", f"第 {named.round} 轮（{said}）", tuple(gaps))


def _check_early(attempt: Attempt, trust: Trust, before: int) -> list[str]:
    """Check that witnesses saw seal and reveals before the round; return what is missing."""
    if attempt.early is None:
        return ["no early proofs: the witnesses' time is not shown"]
    sealed = attempt.record.only(facts.Sealed)
    revealed = attempt.record.all(facts.Revealed)
    assert sealed is not None, "step 4 found the seal"
    if not revealed:
        raise ProofRejected("an early proof of reveals that are not on the log")
    return [
        *_check_seen(attempt.early.sealed, sealed[0], attempt, trust, before),
        *_check_seen(attempt.early.revealed, revealed[-1][0], attempt, trust, before),
    ]


def _check_seen(text: str, entry: Logged, attempt: Attempt, trust: Trust, before: int) -> list[str]:
    """Check that a quorum cosigned over this entry before that POSIX second.

    Cosignatures that came too late fail; too few that the verifier knows leave a gap.
    """
    proof, origin = parse_tlog_proof(text), attempt.request.origin
    if proof.index != entry.index:
        raise ProofRejected("an early proof is of another entry")
    keys = trust.keys_of_log(origin), trust.keys_of_witnesses()
    _, opened = check_tlog_proof(proof, entry.leaf, origin, *keys)
    seconds, quorum = cosigners(opened).values(), trust.witnesses.quorum
    in_time = sum(1 for second in seconds if second < before)
    if in_time < quorum <= len(seconds):
        raise ProofRejected("too few witnesses cosigned before the beacon's round")
    return [] if in_time >= quorum else [f"early proof cosigned by {in_time} of {quorum}"]
