"""A made-up chain of public randomness, and draws that are bound to a round of it.

The chain's secret follows from a public string, so anybody can sign its rounds: it shows how a
verifier judges, and may never be trusted for a draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from bidding.bundle.rules import BeaconValue, Round
from bidding.draw import facts
from bidding.lottery.rules import alpha_of, transcript
from oversight.beacon.rules import (
    DOMAIN,
    SCHEME,
    Chain,
    first_round_at_or_after,
    round_message,
    round_second,
)
from oversight.ledger.proofs import tlog_proof
from oversight.ledger.rules import Tree, leaf_hash
from oversight.values.instants import from_text
from scripts.draw_scene import Told
from scripts.made_up_log import CENTER, EDITION, START, secret_of

_SECRET = Scalar.from_be_bytes_mod_order(secret_of("a chain of public randomness"))
CHAIN = Chain(
    hash=hashlib.sha256(b"daylight vectors, never a draw: the name of a chain").hexdigest(),
    public_key=bytes((G2Point() * _SECRET).to_compressed_bytes()).hex(),
    scheme=SCHEME,
    period=30,
    genesis=int(START.timestamp()),
)


def signature_of(number: int, secret: Scalar = _SECRET) -> str:
    """Return a round's signature in hex, the made-up chain's own unless told otherwise."""
    hashed = G1Point.hash_to_curve(round_message(number), DOMAIN)
    return bytes((hashed * secret).to_compressed_bytes()).hex()


def trusted() -> dict[str, Any]:
    """Return what a trust file says of the made-up chain."""
    pinned: dict[str, Any] = msgspec.to_builtins(CHAIN)
    return {pinned.pop("hash"): pinned}


class Bound(Told):
    """A draw that is bound to a round: what was not revealed in time is told as a breach."""

    number: int  # of the round
    beacon: BeaconValue | None = None
    early: dict[str, str] | None = None

    def bind(self, strata: Any, soon: int = 0) -> Bound:
        """Seal for the first round that keeps the edition's lead, or `soon` rounds before."""
        reveal_by = int(self.scene.at.timestamp()) + 3600
        due = first_round_at_or_after(CHAIN, reveal_by + 60 * EDITION["round_lead_minutes"])
        self.number = due - soon
        self.seal(strata, beacon=Round(CHAIN.hash, self.number))
        return self

    def breach(self, *parties: str) -> Bound:
        """Name parties that did not reveal, after `reveal_by`."""
        assert self.request is not None, "sealed first"
        self.scene.at = max(self.scene.at, from_text(self.request.reveal_by))
        for party in parties:
            self._log(
                facts.Revealed(self.id, self.newest, party, None, self.digest.hex(), None), CENTER
            )
        return self

    def see(self, late: int = -60) -> Bound:
        """Let the witness see seal and reveals, so many seconds after the round's time."""
        second = round_second(CHAIN, self.number) + late
        sealed = next(one for one in self.indexes if self.scene.kinds[one].endswith(".sealed"))
        tree = Tree([leaf_hash(leaf) for leaf in self.scene.leaves])
        note = self.scene.checkpoint(second)
        self.early = {
            word: tlog_proof(index, tree.inclusion_path(index), note)
            for word, index in (("sealed", sealed), ("revealed", self.newest))
        }
        return self

    def come(self, signature: str | None = None) -> Bound:
        """Let the round come, with another signature than its own where one is given."""
        came = signature or signature_of(self.number)
        self.beacon = BeaconValue(CHAIN.hash, self.number, came)
        self.scene.at = datetime.fromtimestamp(round_second(CHAIN, self.number), UTC)
        self.lies = {"drawn.beacon": came, **self.lies}
        return self

    def complete(self) -> bool:
        """Tell whether all reveals came, and the round."""
        return super().complete() and self.beacon is not None

    def alpha(self) -> bytes:
        """Return alpha, from the reveals that came and the beacon."""
        given = [(one, self.nonce(one) if one in self.revealed else None) for one in self.parties]
        assert self.beacon is not None, "the round came first"
        assert self.beacon.signature is not None, "the round came first"
        return alpha_of(transcript(self.digest, given, bytes.fromhex(self.beacon.signature)))

    def part(self) -> dict[str, Any]:
        """Return what a bundle shows of this attempt; the round without signature until it came."""
        shown = self.beacon or BeaconValue(CHAIN.hash, self.number, None)
        return super().part() | {"beacon": msgspec.to_builtins(shown)}

    def bundle(
        self, earlier: Sequence[Told] = (), cosigned_at: int | None = None
    ) -> dict[str, Any]:
        """Return the whole record, with the early proofs."""
        whole = super().bundle(earlier, cosigned_at)
        whole["log"]["early"] = self.early
        return whole
