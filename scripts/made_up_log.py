"""A made-up log with its parties: the ground on which vectors are told.

Every secret follows from a public string, so the same scene is written byte for byte alike each
time; none of them may ever serve a draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bidding.sealing.rules import (
    Candidate,
    Parts,
    expert_parts,
)
from oversight.custody.facts import KeyPublished
from oversight.custody.rules import DRAW_VRF
from oversight.keys.signing import SigningKey
from oversight.keys.vrf import public_key
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.facts import Fact, entry_bytes
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    SIGNATURE_START,
    key_id,
    make_vkey,
    sign_note,
)
from oversight.ledger.rules import Tree, leaf_hash
from oversight.values.digests import to_base64
from oversight.values.instants import to_micro_text

ORIGIN = "vectors.daylight.invalid/log"
WITNESS = "witness.invalid/audit"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SUBJECT = "0195a000-0000-7000-8000-00000000c0de"
CENTER, SUPERVISOR, TENDERER = "party-center", "party-supervisor", "party-tenderer"
ROLES = {
    CENTER: "center",
    SUPERVISOR: "supervisor",
    TENDERER: "tenderer",
    "party-bidder-a": "other",
    "party-bidder-b": "other",
}
EDITION: dict[str, Any] = {
    "vrf_lead_hours": 24,
    "round_lead_minutes": 10,
    "attempts_max": 3,
    "roster_multiple": 3,
    "must_contribute": ["supervisor"],
}


def secret_of(what: str) -> bytes:
    """Return 32 bytes that follow from a public string: for vectors, never for a draw."""
    return hashlib.sha256(f"daylight vectors, never a draw: {what}".encode()).digest()


class Item(msgspec.Struct, frozen=True):
    """Somebody or something that may be drawn: its id and the two parts of its entry."""

    id: str
    parts: Parts


def experts(specialty: str, numbers: Iterable[int], region: str = "220822") -> list[Item]:
    """Return made-up experts; numbers make ids, names, and four employers."""
    made = []
    for number in numbers:
        one = Candidate(
            f"0195a000-0000-7000-8000-{number:012x}",
            f"专家{number}",
            f"employer-{number % 4}",
            region,
            ["A08", "B03"] if number % 10 == 0 else [specialty],
        )
        made.append(Item(one.expert, expert_parts(one)))
    return made


class Scene:
    """A log, its parties, and the draws that are told onto it."""

    def __init__(self, name: str) -> None:
        self.name, self.at = name, START
        self.keys = {party: SigningKey(secret_of(f"{name}/{party}")) for party in ROLES}
        self.log_key = SigningKey(secret_of(f"{name}/log"))
        self.witness = SigningKey(secret_of(f"{name}/witness"))
        self.vrf_secret = secret_of(f"{name}/vrf")
        self.vrf_key = public_key(self.vrf_secret).hex()
        self.leaves: list[bytes] = []
        self.kinds: list[str] = []
        self.tell(KeyPublished(DRAW_VRF, self.vrf_key), CENTER, subject=CENTER)
        self.tell(KeyPublished("filler", "00"), CENTER, subject=CENTER)
        self.at = START + timedelta(hours=25)

    def tell(self, fact: Fact, actor: str, subject: str = SUBJECT, role: str = "") -> int:
        """Log a fact a minute after the one before; return its index."""
        act = f"0195a000-0000-7000-9000-{len(self.leaves):012x}"
        said = to_micro_text(self.at)
        self.leaves.append(
            entry_bytes(fact, act=act, at=said, subject=subject, actor=actor, role=role)
        )
        self.kinds.append(fact.kind)
        self.at += timedelta(minutes=1)
        return len(self.leaves) - 1

    def checkpoint(self, cosigned_at: int | None = None) -> str:
        """Return the signed checkpoint over everything told so far."""
        tree = Tree([leaf_hash(leaf) for leaf in self.leaves])
        text = Checkpoint(ORIGIN, len(self.leaves), tree.root()).text()
        note = sign_note(text, ORIGIN, self.log_key)
        if cosigned_at is None:
            return note
        signed = f"cosignature/v1\ntime {cosigned_at}\n{text}".encode()
        identity = key_id(WITNESS, COSIGNATURE_ED25519, self.witness.public)
        line = identity + cosigned_at.to_bytes(8, "big") + self.witness.sign(signed)
        return f"{note}{SIGNATURE_START}{WITNESS} {to_base64(line)}\n"

    def entries(self, indexes: Iterable[int]) -> list[dict[str, Any]]:
        """Return entries with their inclusion under the newest checkpoint."""
        tree = Tree([leaf_hash(leaf) for leaf in self.leaves])
        return [
            {
                "kind": self.kinds[index],
                "index": index,
                "leaf": to_base64(self.leaves[index]),
                "inclusion": [node.hex() for node in tree.inclusion_path(index)],
            }
            for index in indexes
        ]

    def trust(self, quorum: int = 0, **figures: Any) -> dict[str, Any]:
        """Return the trust file that goes with this scene."""
        keys = [make_vkey(WITNESS, self.witness.public, COSIGNATURE_ED25519)] if quorum else []
        return {
            "log_keys": [make_vkey(ORIGIN, self.log_key.public)],
            "witnesses": {"quorum": quorum, "keys": keys},
            "center": CENTER,
            "parties": {
                party: {"name": party, "role": role, "keys": [to_base64(self.keys[party].public)]}
                for party, role in ROLES.items()
            },
            "beacons": {},
            "editions": {"T-vectors": EDITION | figures},
        }
