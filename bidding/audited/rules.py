"""Rosters and exclusions held against the auditor's file (draw.md, steps 15 and 16)."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bidding.bundle.rules import AuditedExpert, AuditorFile, Request, Stratum, is_code
from bidding.proof.rules import Finding
from bidding.sealing.rules import (
    Candidate,
    excluded_digest,
    roster_root,
    seal_experts,
    secret_digest,
)
from oversight.errors import ProofRejected

_PAIR = 2  # expert and ground


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
    if any(one.specialties != sorted(set(one.specialties)) for one in roster):
        raise ProofRejected(f"the specialties of an expert of {stratum.id} are not sorted")
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
    pairs = audited.excluded.list
    if any(len(pair) != _PAIR or not is_code(pair[1]) for pair in pairs):
        raise ProofRejected("an exclusion is not an expert and a coded ground")
    if any(below >= above for below, above in pairwise(pairs)):
        raise ProofRejected("the exclusions are not sorted and distinct")
    if excluded_digest(bytes.fromhex(audited.excluded.salt), pairs).hex() != request.pool.excluded:
        raise ProofRejected("the exclusions are not those that were sealed")
    drawn_from = {one.expert for roster in audited.entries for one in roster}
    if any(pair[0] in drawn_from for pair in pairs):
        raise ProofRejected("an expert is both in a roster and excluded")
    for stratum, roster in zip(request.strata, audited.entries, strict=True):
        _check_fit(stratum.id, roster)
    return Finding(
        f"{len(pairs)} exclusions open; every expert fits his stratum",
        f"{len(pairs)} 条排除记录已核开；每名专家均符合所在分层",
        ("whether every eligible expert is listed needs the pool's entries below as_of",),
    )


def _check_fit(stratum: str, roster: Sequence[AuditedExpert]) -> None:
    """Raise ProofRejected unless specialty and region of each expert match the stratum's id.

    A region holds those below it: trailing pairs of zeros stand for all (GB/T 2260). An id of
    another form says nothing of specialty and region.
    """
    named = re.fullmatch("([^@]+)@([0-9]{6})", stratum)
    if named is None:
        return
    within = re.sub("(00)+$", "", named[2])
    for one in roster:
        if named[1] not in one.specialties:
            raise ProofRejected(f"an expert of {stratum} was not admitted for its specialty")
        if not one.region.startswith(within):
            raise ProofRejected(f"an expert of {stratum} is of another region")
