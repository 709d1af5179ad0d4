"""Rosters and exclusions held against the auditor's file (draw.md, steps 15 and 16)."""

from collections.abc import Sequence

from bidding.bundle.rules import EVALUATION_COMMITTEE, AuditedExpert, AuditorFile, Request, Stratum
from bidding.proof.rules import Finding
from bidding.sealing.rules import (
    Candidate,
    excluded_digest,
    roster_root,
    seal_experts,
    secret_digest,
)
from oversight.errors import ProofRejected

_PAIR = 2  # digits of one level of a region code (GB/T 2260)


def check_rosters(request: Request, audited: AuditorFile) -> Finding:
    """Check that every entry hashes into its place and that ids are distinct (step 15)."""
    secret = bytes.fromhex(audited.secret)
    if secret_digest(secret).hex() != request.secret:
        raise ProofRejected("the secret is not this draw's")
    if len(audited.entries) != len(request.strata):
        raise ProofRejected("the rosters are not one for each stratum")
    known: dict[str, AuditedExpert] = {}
    for stratum, roster in zip(request.strata, audited.entries, strict=True):
        _check_roster(secret, stratum, roster)
        for expert in roster:
            if known.setdefault(expert.expert, expert) != expert:
                raise ProofRejected(f"an expert of {stratum.id} is described in two ways")
    total = sum(len(roster) for roster in audited.entries)
    return Finding(
        f"{total} entries of {len(known)} experts hash into their places",
        f"{len(known)} 名专家的 {total} 条记录均与名册相符",
    )


def _check_roster(secret: bytes, stratum: Stratum, roster: Sequence[AuditedExpert]) -> None:
    """Raise ProofRejected unless these experts, in this order, are the sealed roster."""
    if len(roster) != stratum.size:
        raise ProofRejected(
            f"{len(roster)} experts of {stratum.id} where {stratum.size} were sealed"
        )
    if len({expert.expert for expert in roster}) != len(roster):
        raise ProofRejected(f"an expert stands twice in {stratum.id}")
    commitments = seal_experts(
        secret,
        [
            Candidate(one.expert, one.name, one.employer, one.region, one.specialties)
            for one in roster
        ],
    )
    if sorted(commitments) != commitments:
        raise ProofRejected(f"the experts of {stratum.id} are not in roster order")
    if roster_root(commitments).hex() != stratum.root:
        raise ProofRejected(f"the experts of {stratum.id} are not those that were sealed")


def check_eligibility(request: Request, audited: AuditorFile) -> Finding:
    """Check exclusions and the fit of every expert to his stratum (step 16).

    Whether the rosters hold every eligible expert follows only from the pool's entries below
    `as_of`, which this file does not carry: that part stays a gap.
    """
    excluded = audited.excluded.list
    pairs = [list(pair) for pair in excluded]
    if pairs != sorted(pairs) or len({expert for expert, _ in excluded}) != len(excluded):
        raise ProofRejected("the exclusions are not sorted and distinct")
    if excluded_digest(bytes.fromhex(audited.excluded.salt), pairs).hex() != request.pool.excluded:
        raise ProofRejected("the exclusions are not those that were sealed")
    drawn_from = {one.expert for roster in audited.entries for one in roster}
    if any(expert in drawn_from for expert, _ in excluded):
        raise ProofRejected("an expert is both in a roster and excluded")
    if request.purpose == EVALUATION_COMMITTEE:
        for stratum, roster in zip(request.strata, audited.entries, strict=True):
            _check_fit(stratum.id, roster)
    return Finding(
        f"{len(excluded)} exclusions open; every expert fits his stratum",
        f"{len(excluded)} 条排除记录已核开；每名专家均符合所在分层",
        ("whether every eligible expert is listed needs the pool's entries below as_of",),
    )


def _check_fit(stratum: str, roster: Sequence[AuditedExpert]) -> None:
    """Raise ProofRejected unless specialty and region of each expert match the stratum's id."""
    specialty, _, region = stratum.rpartition("@")
    wide = region
    while len(wide) > _PAIR and wide.endswith("0" * _PAIR):
        wide = wide[:-_PAIR]
    for one in roster:
        if one.specialties != sorted(set(one.specialties)) or specialty not in one.specialties:
            raise ProofRejected(f"an expert of {stratum} was not admitted for its specialty")
        if not one.region.startswith(wide):
            raise ProofRejected(f"an expert of {stratum} is of another region")
