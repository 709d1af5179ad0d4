"""Make draws that never happened: true ones, and lies told about them, for the offline verifier.

A `Story` is told act by act (`order`, `commit`, `seal` ...) onto a log of its own, and written down
as the bundle, the trust file and the auditor's file of `daylight/draw/v1`. Every act takes what its
entry shall say instead of the truth, so that a lie is signed, logged and proved like the truth.
Signatures come from the cryptography package; hashing and trees are written here anew.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROUND = 1000  # a real round of the quicknet chain, 2023-08-23T15:46:04Z
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
ROUND_SIGNATURE = (
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39"
)
CHAIN_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
ROUND_SECONDS = 1692803367 + (ROUND - 1) * 3
FIELD_ORDER = 2**252 + 27742317777372353535851937790883648493


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canon(value: Any) -> bytes:
    """Canonical JSON; ASCII keys, for which sorting by code point is sorting by UTF-16 unit."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def label(name: str, data: bytes) -> bytes:
    return sha(b"daylight/draw/v1/" + name.encode() + b"\n" + data)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def root_of(leaves: list[bytes]) -> bytes:
    """The RFC 6962 root, by the definition."""
    if len(leaves) < 2:
        return sha(b"\x00" + leaves[0]) if leaves else sha(b"")
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:]))


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    """The RFC 6962 audit path, by the definition."""
    if len(leaves) < 2:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path_to(index, leaves[:half]), root_of(leaves[half:])]
    return [*path_to(index - half, leaves[half:]), root_of(leaves[:half])]


class Signer:
    """An Ed25519 key that follows from a name."""

    def __init__(self, name: str) -> None:
        self.seed = sha(b"draw story/" + name.encode())
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


@lru_cache(maxsize=16)
def vrf_public(curve: Any, seed: bytes) -> bytes:
    """The public key of a seed (RFC 9381, 5.5: as Ed25519's)."""
    spread = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(spread[:32], "little") & (2**254 - 8) | 2**254
    return bytes(curve.point_encode(curve.point_combine(scalar, curve.BASE, 0, curve.BASE)))


@lru_cache(maxsize=1024)  # tales that differ in one place prove most of the same inputs
def vrf_prove(curve: Any, seed: bytes, alpha: bytes) -> tuple[bytes, bytes]:
    """RFC 9381, 5.1, on the curve functions of the module given (held to examples 16 to 18)."""
    spread = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(spread[:32], "little") & (2**254 - 8) | 2**254
    public = vrf_public(curve, seed)
    h = curve.vrf_hash_to_curve(public, alpha)
    gamma = curve.point_combine(scalar, h, 0, h)
    nonce = hashlib.sha512(spread[32:] + curve.point_encode(h)).digest()
    k = int.from_bytes(nonce, "little") % FIELD_ORDER
    points = [h, gamma, curve.point_combine(k, curve.BASE, 0, h), curve.point_combine(k, h, 0, h)]
    heard = b"\x03\x02" + public + b"".join(map(curve.point_encode, points)) + b"\x00"
    c = hashlib.sha512(heard).digest()[:16]
    s = (k + int.from_bytes(c, "little") * scalar) % FIELD_ORDER
    proof = curve.point_encode(gamma) + c + s.to_bytes(32, "little")
    last = curve.point_encode(curve.point_combine(8, gamma, 0, h))
    return proof, hashlib.sha512(b"\x03\x03" + last + b"\x00").digest()


class Log:
    """A log: entries, one key, one witness."""

    def __init__(self, start: str, origin: str = "log.example.org/story") -> None:
        self.origin = origin
        self.start = datetime.fromisoformat(start)
        self.entries: list[bytes] = []
        self.key, self.witness = Signer("log"), Signer("witness")

    def append(
        self, kind: str, actor: str, subject: str, body: dict[str, Any], at: str | None
    ) -> int:
        when = self.start + timedelta(minutes=len(self.entries))
        self.entries.append(
            canon(
                {
                    "v": 1,
                    "act": f"act-{len(self.entries)}",
                    "kind": kind,
                    "at": at or when.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
                    "subject": subject,
                    "actor": actor,
                    "role": "",
                    "body": body,
                }
            )
        )
        return len(self.entries) - 1

    def vkey(self, kind: int) -> str:
        name, public = (
            (self.origin, self.key.public)
            if kind == 1
            else ("witness.example.org", self.witness.public)
        )
        return f"{name}+{self._id(name, kind, public).hex()}+{b64(bytes([kind]) + public)}"

    def _id(self, name: str, kind: int, public: bytes) -> bytes:
        return sha(name.encode() + b"\n" + bytes([kind]) + public)[:4]

    def checkpoint(self, cosigned_at: int | None = None) -> str:
        text = f"{self.origin}\n{len(self.entries)}\n{b64(root_of(self.entries))}\n"
        blob = self._id(self.origin, 1, self.key.public) + self.key.sign(text.encode())
        note = f"{text}\n\u2014 {self.origin} {b64(blob)}\n"
        if cosigned_at is not None:
            signature = self.witness.sign(f"cosignature/v1\ntime {cosigned_at}\n{text}".encode())
            blob = self._id("witness.example.org", 4, self.witness.public)
            blob += cosigned_at.to_bytes(8, "big") + signature
            note += f"\u2014 witness.example.org {b64(blob)}\n"
        return note

    def proof(self, index: int, cosigned_at: int | None) -> str:
        hashes = "".join(b64(h) + "\n" for h in path_to(index, self.entries))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{self.checkpoint(cosigned_at)}"


ROLES = {
    "center": "center",
    "supervisor": "supervisor",
    "tenderer": "tenderer",
    "agent": "agent",
    "notary": "other",
}


class Story:
    """One draw, told act by act."""

    def __init__(self, curve: Any, **choices: Any) -> None:
        self.curve = curve
        self.who: list[str] = choices.pop("who", ["supervisor", "tenderer"])
        self.strata: list[tuple[str, int, int]] = choices.pop("strata", [("A08@220822", 2, 12)])
        self.caps: dict[str, int] = choices.pop("caps", {})
        self.with_beacon: bool = choices.pop("beacon", False)
        self.quorum: int = choices.pop("quorum", 1 if self.with_beacon else 0)
        self.edition: dict[str, Any] = {
            "vrf_lead_hours": 0,
            "round_lead_minutes": 10,
            "attempts_max": 3,
            "roster_multiple": 2,
            "must_contribute": ["supervisor"],
        } | choices.pop("edition", {})
        self.purpose: str = choices.pop("purpose", "evaluation-committee")
        self.parent: Story | None = choices.pop("parent", None)
        start = "2023-08-23T14:00:00" if self.with_beacon else "2026-11-21T08:00:00"
        self.log: Log = self.parent.log if self.parent else Log(start)
        self.lies: dict[str, Any] = choices.pop("request", {})
        assert not choices, choices
        self.keys = {name: Signer(name) for name in (*ROLES, "stranger")}
        self.vrf_seed = sha(b"draw story/vrf")
        self.secret = sha(b"draw story/secret")
        self.earlier: list[dict[str, Any]] = []
        self.old_entries: list[int] = []
        self.attempt = 1
        self.reveal_by = "2023-08-23T15:00:00Z" if self.with_beacon else "2026-11-21T10:00:00Z"
        self.key_index = self.log.append(
            "oversight.keys.published",
            "center",
            "center",
            {"purpose": "draw-vrf", "key": self._vrf_public().hex()},
            None,
        )
        self._begin()

    def _vrf_public(self) -> bytes:
        return vrf_public(self.curve, self.vrf_seed)

    def _begin(self) -> None:
        self.draw_id = "supplement-" * len(self.parents()) + f"draw-{self.attempt}"
        self.subject = "committee-1"
        self.own: list[int] = []
        self.request: dict[str, Any] | None = None
        self.reveals: dict[str, dict[str, Any]] = {}
        self.vrf: dict[str, Any] | None = None
        self.walk: list[dict[str, Any]] = []
        self.openings: list[dict[str, Any]] = []
        self.early: dict[str, str] | None = None

    def parents(self) -> list[Story]:
        """The draws that this one supplements, the newest first."""
        return [self.parent, *self.parent.parents()] if self.parent else []

    def telling(self, what: str, value: Any) -> Any:
        """Return what is told at this place: the truth; a liar tells something else."""
        return value

    def sign(self, party: str, what: str, told: dict[str, Any]) -> str:
        """Return a party's signature over a statement, base64."""
        signer = self.keys[self.telling(f"signer of {what}", party)]
        return b64(signer.sign(label(what, canon(self.telling(f"signed {what}", told)))))

    # --- acts ---

    def say(self, word: str, actor: str, body: dict[str, Any], /, **lies: Any) -> int:
        at, actor = lies.pop("at", None), lies.pop("actor", actor)
        subject = lies.pop("subject", self.subject)
        if self.own:
            previous: int | None = self.own[-1]
        elif self.old_entries:
            previous = self.old_entries[-1]
        else:
            previous = self.parent.own[-1] if self.parent else None
        whole = {"draw": self.draw_id, "previous": previous} | body | lies
        whole = self.telling(f"logged {word}", whole)
        head = self.telling(f"head of {word}", {"actor": actor, "subject": subject, "at": at})
        index = self.log.append(
            f"bidding.draw.{word}", head["actor"], head["subject"], whole, head["at"]
        )
        self.own.append(index)
        return index

    def order(self, **lies: Any) -> Story:
        of = self.parent.draw_id if self.parent else None
        self.say(
            "ordered",
            "tenderer",
            {"purpose": self.purpose, "attempt": self.attempt, "of": of},
            **lies,
        )
        return self

    def nonce(self, party: str) -> str:
        return sha(f"{self.draw_id}/{party}".encode()).hex()

    def commitment(self, party: str) -> str:
        told = canon({"draw": self.draw_id, "party": party, "nonce": self.nonce(party)})
        return label("contribution", told).hex()

    def commit(self, *parties: str, **lies: Any) -> Story:
        signer = lies.pop("signer", None)
        for party in parties or self.who:
            told = {"draw": self.draw_id, "party": party, "commitment": self.commitment(party)}
            told = self.telling("commit", told)
            signature = self.sign(signer or party, "commit", told)
            self.say("committed", party, {**told, "signature": signature}, **lies)
        return self

    def experts(self, place: int) -> list[dict[str, Any]]:
        """The roster's people; the first third of a stratum is in the next one too."""
        stratum, _, size = self.strata[place]
        specialty = stratum.partition("@")[0]
        shared = self.strata[place - 1] if place else None
        people = []
        for n in range(size):
            both = shared is not None and n < size // 3
            home, _, place_of = (shared[0] if shared and both else stratum).partition("@")
            codes = sorted({home, specialty, *self._wanted_too(place, n)})
            people.append(
                {
                    "expert": f"expert-{home}-{n}",
                    "name": f"专家 {home} {n}",
                    "employer": f"employer-{n % 4}",
                    "region": place_of,
                    "specialties": codes,
                }
            )
        return sorted(people, key=self.expert_commitment)

    def _wanted_too(self, place: int, n: int) -> list[str]:
        after = self.strata[place + 1] if place + 1 < len(self.strata) else None
        return [after[0].partition("@")[0]] if after and n < after[2] // 3 else []

    def halves(self, expert: dict[str, Any]) -> dict[str, dict[str, Any]]:
        salts = hmac.new(self.secret, expert["expert"].encode(), hashlib.sha512).digest()
        values = {
            "identity": {k: expert[k] for k in ("expert", "name")},
            "attributes": {k: expert[k] for k in ("employer", "region", "specialties")},
        }
        pairs = zip(values, (salts[:32], salts[32:]), strict=True)
        return {half: {"salt": salt.hex(), "value": values[half]} for half, salt in pairs}

    def digest_of(self, half: str, part: dict[str, Any]) -> bytes:
        return label(half, bytes.fromhex(part["salt"]) + canon(part["value"]))

    def expert_commitment(self, expert: dict[str, Any]) -> bytes:
        halves = self.halves(expert)
        return label("entry", b"".join(self.digest_of(half, halves[half]) for half in halves))

    def excluded(self) -> dict[str, Any]:
        return {
            "salt": sha(b"salt").hex(),
            "list": [["expert-x", "recused"], ["expert-y", "barred"]],
        }

    def seal(self, **lies: Any) -> Story:
        changes = {**self.lies, **lies.pop("request_says", {})}
        excluded = self.excluded()
        self.rosters = [
            self.telling("roster", self.experts(place)) for place in range(len(self.strata))
        ]
        self.leaves = [[self.expert_commitment(e) for e in roster] for roster in self.rosters]
        self.request = {
            "protocol": "daylight/draw/v1",
            "origin": self.log.origin,
            "draw": self.draw_id,
            "of": self.parent.draw_id if self.parent else None,
            "subject": self.subject,
            "purpose": self.purpose,
            "attempt": self.attempt,
            "rulebook": "R-1",
            "secret": label("secret", self.secret).hex(),
            "pool": {
                "as_of": len(self.log.entries),
                "excluded": label(
                    "excluded", bytes.fromhex(excluded["salt"]) + canon(excluded["list"])
                ).hex(),
            },
            "strata": [
                {"id": id_, "seats": seats, "size": len(leaves), "root": root_of(leaves).hex()}
                for (id_, seats, _), leaves in zip(self.strata, self.leaves, strict=True)
            ],
            "caps": self.caps,
            "contributors": [
                {"party": p, "key": b64(self.keys[p].public), "commitment": self.commitment(p)}
                for p in self.who
            ],
            "beacon": {"chain": CHAIN, "round": ROUND} if self.with_beacon else None,
            "vrf_key": self._vrf_public().hex(),
            "reveal_by": self.reveal_by,
        } | changes
        self.request = self.telling("request", self.request)
        self.R = label("request", canon(self.request)).hex()
        self.say(
            "sealed",
            "center",
            {
                "request": self.R,
                "purpose": self.purpose,
                "attempt": self.attempt,
                "of": self.request["of"],
            },
            **lies,
        )
        return self

    def reveal(self, *parties: str, **lies: Any) -> Story:
        signer = lies.pop("signer", None)
        for party in parties or self.who:
            told = {"draw": self.draw_id, "request": self.R, "nonce": self.nonce(party)}
            told = self.telling("reveal", told)
            signature = self.sign(signer or party, "reveal", told)
            self.reveals[party] = {"nonce": told["nonce"], "signature": signature}
            self.say("revealed", party, {**told, "party": party, "signature": signature}, **lies)
        return self

    def breach(self, party: str) -> Story:
        body = {"party": party, "nonce": None, "request": self.R, "signature": None}
        self.say("revealed", "center", body)
        return self

    def cosign_early(self, at: int = ROUND_SECONDS - 60) -> Story:
        sealed = next(i for i in self.own if b"draw.sealed" in self.log.entries[i])
        self.early = {
            word: self.log.proof(*self.telling("early proof", [index, at]))
            for word, index in (("sealed", sealed), ("revealed", self.own[-1]))
        }
        return self

    def compute(self) -> Story:
        """Compute the result, without logging it."""
        assert self.request is not None
        told = {
            "request": self.R,
            "nonces": [{"party": r["party"], "nonce": r["nonce"]} for r in self._reveals()],
            "beacon": ROUND_SIGNATURE if self.with_beacon else None,
        }
        alpha = label("alpha", canon(self.telling("transcript", told)))
        pi, beta = vrf_prove(self.curve, self.vrf_seed, alpha)
        shown = {"alpha": alpha.hex(), "pi": pi.hex(), "beta": beta.hex()}
        self.vrf = self.telling("vrf", shown)
        seed = label("seed", alpha + beta)
        self.orders = []
        for stratum, leaves in zip(self.request["strata"], self.leaves, strict=True):
            key = label("stratum", seed + stratum["id"].encode())
            stream = hashlib.shake_256(key).digest(16 * len(leaves))
            order = sorted(range(len(leaves)), key=lambda j, s=stream: (s[16 * j : 16 * j + 16], j))
            self.orders.append(self.telling("order", order))
        self.reached = [0] * len(self.orders)
        for place, (_, seats, _) in enumerate(self.strata):
            for _ in range(seats):
                self._pass_on(place)
        return self

    def _pass_on(self, place: int) -> None:
        while self.reached[place] < len(self.orders[place]):
            position = self.orders[place][self.reached[place]]
            self.reached[place] += 1
            leaf = self.leaves[place][position]
            code = self._first_code(leaf.hex(), self.rosters[place][position])
            line = {
                "stratum": place,
                "position": position,
                "commitment": leaf.hex(),
                "outcomes": [code],
                "inclusion": [h.hex() for h in path_to(position, self.leaves[place])],
            }
            self.walk.append(self.telling("line", line))
            if self.walk[-1]["outcomes"] == ["seated"]:
                return

    def _first_code(self, commitment: str, expert: dict[str, Any]) -> str:
        parents = [line for parent in self.parents() for line in parent.walk]
        if any(line["commitment"] == commitment for line in [*parents, *self.walk]):
            return "duplicate"
        for name, most in self.caps.items():
            alike = [
                x
                for x in self.walk
                if "seated" in x["outcomes"] and self._who(x)[name] == expert[name]
            ]
            if len(alike) >= most:
                return "cap"
        return "seated"

    def _who(self, line: dict[str, Any]) -> dict[str, Any]:
        return self.rosters[line["stratum"]][line["position"]]

    def walk_digest(self) -> str:
        names = ("stratum", "position", "commitment", "outcomes")
        return label("walk", canon([{n: line[n] for n in names} for line in self.walk])).hex()

    def draw(self, **lies: Any) -> Story:
        if self.vrf is None:
            self.compute()
        assert self.vrf is not None
        self.say(
            "drawn",
            "center",
            {
                "request": self.R,
                "alpha": self.vrf["alpha"],
                "pi": self.vrf["pi"],
                "beacon": ROUND_SIGNATURE if self.with_beacon else None,
                "walk": self.walk_digest(),
            },
            **lies,
        )
        return self

    def answer(self, line: int, outcome: str, /, **lies: Any) -> Story:
        signer = lies.pop("signer", None)
        countersigner = lies.get("countersigner", "supervisor")
        told = {
            "draw": self.draw_id,
            "request": self.R,
            "stratum": self.walk[line]["stratum"],
            "position": self.walk[line]["position"],
            "outcome": outcome,
            "evidence": sha(b"why").hex(),
            "previous": self.own[-1],
        }
        told = self.telling("answer", told)
        outcome = told["outcome"]
        self.walk[line]["outcomes"].append(outcome)
        if outcome != "left":
            self._pass_on(self.walk[line]["stratum"])
        signature = self.sign(signer or countersigner, "answer", told)
        self.say(
            "answered",
            "expert",
            {
                "line": line,
                "outcome": outcome,
                "evidence": told["evidence"],
                "countersigner": countersigner,
                "signature": signature,
                "walk": self.walk_digest(),
            },
            **lies,
        )
        return self

    def close(self, word: str, actor: str, reason: str = "order-mistaken", /, **lies: Any) -> Story:
        told = {
            "draw": self.draw_id,
            "attempt": self.attempt,
            "request": self.R if self.request else None,
            "state": word,
            "reason": reason,
            "statement": sha(b"statement").hex(),
            "alpha": self.vrf["alpha"] if self.vrf else None,
            "walk": self.walk_digest() if self.vrf and self.vrf["pi"] else None,
        }
        told |= {name: lies[name] for name in ("alpha", "walk") if name in lies}
        told = self.telling("close", told)
        signature = self.sign(lies.pop("signer", actor), "close", told)
        body = {k: told[k] for k in ("reason", "statement", "alpha", "walk")}
        self.say(
            word,
            actor,
            {**body, "pi": self.vrf["pi"] if self.vrf else None, "signature": signature},
            **lies,
        )
        return self

    def identify(self, **lies: Any) -> Story:
        opened: dict[str, dict[str, Any]] = {}
        for line in self.walk:
            halves = self.halves(self._who(line))
            closed = {half: {"digest": self.digest_of(half, halves[half]).hex()} for half in halves}
            if line["outcomes"][-1] == "seated":
                shown = halves
            elif self.caps and line["outcomes"][0] in ("cap", "seated"):
                shown = {**closed, "attributes": halves["attributes"]}
            else:
                continue
            opened[line["commitment"]] = {"commitment": line["commitment"], **shown}
        self.openings = [opened[c] for c in sorted(opened)]
        self.openings = lies.pop("openings_say", lambda o: o)(self.openings)
        self.openings = self.telling("openings", self.openings)
        self.say(
            "identified",
            "center",
            {"openings": label("openings", canon(self.openings)).hex()},
            **lies,
        )
        return self

    def next_attempt(self) -> Story:
        if self.request is None:
            part: dict[str, Any] = {
                "draw": self.draw_id,
                "request": None,
                "reveals": [],
                "beacon": None,
                "vrf": None,
                "walk": [],
            }
        else:
            part = self._part()
        self.earlier.append(part)
        self.old_entries += self.own
        self.attempt += 1
        self._begin()
        return self

    # --- what is handed out ---

    def _reveals(self) -> list[dict[str, Any]]:
        nothing = {"nonce": None, "signature": None}
        return [{"party": p, **self.reveals.get(p, nothing)} for p in self.who]

    def _part(self) -> dict[str, Any]:
        beacon = (
            {"chain": CHAIN, "round": ROUND, "signature": ROUND_SIGNATURE}
            if self.with_beacon
            else None
        )
        return {
            "request": self.request,
            "reveals": self._reveals(),
            "beacon": beacon,
            "vrf": self.vrf,
            "walk": self.walk,
        }

    def bundle(self) -> dict[str, Any]:
        indexes = [self.key_index, *self.old_entries, *self.own]
        return json.loads(
            json.dumps(
                {
                    "protocol": "daylight/draw/v1",
                    **self._part(),
                    "parent": self.parent.bundle() if self.parent else None,
                    "earlier": self.earlier,
                    "openings": self.openings,
                    "log": {
                        "checkpoint": self.telling(
                            "checkpoint",
                            self.log.checkpoint(ROUND_SECONDS + 60 if self.quorum else None),
                        ),
                        "early": self.early,
                        "entries": [
                            {
                                "kind": json.loads(self.log.entries[i])["kind"],
                                "index": i,
                                "leaf": b64(self.log.entries[i]),
                                "inclusion": [h.hex() for h in path_to(i, self.log.entries)],
                            }
                            for i in indexes
                        ],
                    },
                }
            )
        )

    def trust(self) -> dict[str, Any]:
        return {
            "log_keys": [self.log.vkey(1)],
            "witnesses": {"quorum": self.quorum, "keys": [self.log.vkey(4)] if self.quorum else []},
            "center": "center",
            "parties": {
                name: {"name": name, "role": role, "keys": [b64(self.keys[name].public)]}
                for name, role in ROLES.items()
            },
            "beacons": {
                CHAIN: {
                    "public_key": CHAIN_KEY,
                    "scheme": "bls-unchained-g1-rfc9380",
                    "period": 3,
                    "genesis": 1692803367,
                }
            },
            "editions": {"R-1": self.edition},
        }

    def auditor(self) -> dict[str, Any]:
        return {"secret": self.secret.hex(), "entries": self.rosters, "excluded": self.excluded()}

    def told(self) -> Story:
        """Tell everything from the order to the drawn entry."""
        return self.order().commit().seal().reveal().draw()
