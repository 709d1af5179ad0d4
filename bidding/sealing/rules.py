"""Commitments of experts, rosters and what opens them (draw.md, steps 3 and 8).

A million entries are sealed in one go, so the batch function spells out HMAC-SHA512 (RFC 2104)
over two prepared states and reads its labels once; a test holds it against the plain definition,
which stands beside it.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256, sha512
from typing import NamedTuple

import msgspec

from bidding.lottery.rules import label, labelled
from oversight.ledger.rules import Tree, leaf_hash, root_of
from oversight.values.canonical import canonical

SECRET_BYTES = SALT_BYTES = 32
_BLOCK_BYTES = 128  # of SHA-512


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """One expert who may be drawn, as the pool knew him at `as_of`."""

    expert: str
    name: str
    employer: str
    region: str  # GB/T 2260, six digits
    specialties: list[str]  # all that were admitted then, in code point order


class Listed(NamedTuple):
    """One entry of a list that an order brings: a supplier, or an item with a public label."""

    id: str  # its salts follow from it
    identity: dict[str, str]
    attributes: dict[str, str]


Entry = Candidate | Listed  # whatever stands in a roster; one roster holds one kind
Value = Mapping[str, str | list[str]]  # what one part of an entry says
Parts = tuple[Value, Value]  # identity and attributes


def secret_digest(secret: bytes) -> bytes:
    """Return L("secret", secret): the draw's 32-byte secret, as the request names it."""
    assert len(secret) == SECRET_BYTES, "a draw's secret has 32 bytes"
    return labelled("secret", secret)


def salts(secret: bytes, identifier: str) -> tuple[bytes, bytes]:
    """Return the salts of identity and attributes: the halves of HMAC-SHA512(secret, utf8(id))."""
    both = hmac.digest(secret, identifier.encode(), "sha512")
    return both[:SALT_BYTES], both[SALT_BYTES:]


def part_digest(part: str, salt: bytes, value: object) -> bytes:
    """Return the digest of one part ("identity" or "attributes"): L(part, salt || canon(value))."""
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return labelled(part, salt + canonical(value))


def entry_commitment(identity: bytes, attributes: bytes) -> bytes:
    """Return c = L("entry", identity || attributes), 32 bytes."""
    return labelled("entry", identity + attributes)


def expert_parts(candidate: Candidate) -> Parts:
    """Return what an expert's two parts say, for an evaluation committee."""
    identity: Value = {"expert": candidate.expert, "name": candidate.name}
    attributes: Value = {
        "employer": candidate.employer,
        "region": candidate.region,
        "specialties": candidate.specialties,
    }
    return identity, attributes


def entry_id(one: Entry) -> str:
    """Return the identifier that an entry's salts follow from."""
    return one.expert if isinstance(one, Candidate) else one.id


def entry_parts(one: Entry) -> Parts:
    """Return what the two parts of any entry say."""
    return expert_parts(one) if isinstance(one, Candidate) else (one.identity, one.attributes)


def seal_entries(secret: bytes, entries: Sequence[Entry]) -> list[bytes]:
    """Return the commitment of each entry, in the order given; raises as `seal_experts`."""
    experts = [one for one in entries if isinstance(one, Candidate)]
    if len(experts) == len(entries):
        return seal_experts(secret, experts)
    return [commitment(secret, entry_id(one), entry_parts(one)) for one in entries]


def commitment(secret: bytes, identifier: str, parts: Parts) -> bytes:
    """Return the commitment of one entry by the plain definition (draw.md, step 3)."""
    first, second = salts(secret, identifier)
    identity, attributes = parts
    return entry_commitment(
        part_digest("identity", first, identity), part_digest("attributes", second, attributes)
    )


def seal_experts(secret: bytes, candidates: Iterable[Candidate]) -> list[bytes]:
    """Return the commitment of each expert, in the order given: `commitment` for a whole pool.

    The encoder writes members in the order of the literals, which is the canonical one.

    Raises:
        UnicodeEncodeError: a text holds a lone surrogate.
    """
    assert len(secret) == SECRET_BYTES, "a draw's secret has 32 bytes"
    key = secret.ljust(_BLOCK_BYTES, b"\x00")
    inner = sha512(bytes(byte ^ 0x36 for byte in key)).copy
    outer = sha512(bytes(byte ^ 0x5C for byte in key)).copy
    identity = sha256(label("identity")).copy
    attributes = sha256(label("attributes")).copy
    entry = sha256(label("entry")).copy
    encode = msgspec.json.Encoder().encode
    sealed: list[bytes] = []
    for one in candidates:
        expert = one.expert
        message, mac = inner(), outer()
        message.update(expert.encode())
        mac.update(message.digest())
        both = mac.digest()
        who, what, whole = identity(), attributes(), entry()
        who.update(both[:32] + encode({"expert": expert, "name": one.name}))
        what.update(
            both[32:]
            + encode(
                {"employer": one.employer, "region": one.region, "specialties": one.specialties}
            )
        )
        whole.update(who.digest() + what.digest())
        sealed.append(whole.digest())
    return sealed


def ranked(commitments: Sequence[bytes]) -> list[int]:
    """Return the indexes of `commitments` in roster order (ascending, all distinct).

    Raises:
        AssertionError: one commitment stands twice: the same expert was listed twice.
    """
    order = sorted(range(len(commitments)), key=commitments.__getitem__)
    assert len(set(commitments)) == len(commitments), "an expert stands twice in one stratum"
    return order


def _leaves(roster: Sequence[bytes]) -> list[bytes]:
    """Return the leaf hash of each commitment (RFC 6962: SHA-256(0x00 || data))."""
    return [sha256(b"\x00" + one).digest() for one in roster]


def roster_root(roster: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of a roster: commitments in strictly ascending order."""
    return root_of(_leaves(roster))


def roster_paths(roster: Sequence[bytes], positions: Iterable[int]) -> dict[int, list[bytes]]:
    """Return the inclusion path of each position, its sibling first."""
    tree = Tree(_leaves(roster))
    return {position: tree.inclusion_path(position) for position in positions}


def roster_leaf(one: bytes) -> bytes:
    """Return the leaf hash under which a commitment stands in its roster's tree."""
    return leaf_hash(one)


def excluded_digest(salt: bytes, excluded: Sequence[Sequence[str]]) -> bytes:
    """Return L("excluded", salt || canon([[expert id, ground code], … sorted]))."""
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return labelled("excluded", salt + canonical(sorted([list(pair) for pair in excluded])))


def statement_digest(salt: bytes, text: str) -> bytes:
    """Return L("statement", salt || canon(text)): the reasons of a closing, in words."""
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return labelled("statement", salt + canonical(text))


def evidence_digest(salt: bytes, record: object) -> bytes:
    """Return L("evidence", salt || canon(record)): what an answer to a draw rests on."""
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return labelled("evidence", salt + canonical(record))


def openings_digest(openings: Sequence[object]) -> bytes:
    """Return L("openings", canon(openings)); the openings are sorted by commitment."""
    return labelled("openings", canonical(list(openings)))
