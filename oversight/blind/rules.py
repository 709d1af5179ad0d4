"""Receipts among pads: 256 leaves under one root, of which nobody sees how many are real. Pure.

A leaf is 32 bytes of leaf data: a receipt's digest, or a pad. In the tree it is hashed once more
with 0x00, like every leaf of RFC 6962; a path is 8 hashes, the leaf's sibling first. Salts and
places follow from one seed, so that an entry is kept in the room of its receipts (ledger.md,
Blind entries; envelope.md, Receipt).
"""

from collections.abc import Mapping, Sequence

from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.ledger.rules import inclusion_path, leaf_hash, root_of
from oversight.values.digests import sha256

LOG_BLIND = Permission(
    "oversight.blind.log",
    frozenset({Post.ADMINISTRATOR}),
    frozenset({Role.TRADING_CENTER}),
    "登记盲条目（服务的时钟，无人经手）",
    "Log a blind entry (the service's clock, by nobody's hand)",
)
SEE_PADS = Permission(
    "oversight.blind.see_pads",
    frozenset({Post.AUDITOR}),
    frozenset({Role.AUDIT_OFFICE, Role.DISCIPLINE_INSPECTION}),
    "查看盲条目的填充项",
    "See the pads of a blind entry",
)
ONE_BLIND_EACH_INTERVAL = Rule(
    "blind.one_each_interval",
    "One blind entry is logged in an interval, and none when nothing is open and nothing waits.",
    "design: ledger.md#Blind entries",
)
UNCOUNTED_OPEN = Rule(
    "blind.uncounted_open",
    "What is closed is open.",
    "design: ledger.md#Blind entries",
)
PADS_OPENED_LATER = Rule(
    "blind.pads_opened_later",
    "The pads of a blind entry are opened when everything that was open at its time is closed: "
    "until then nobody is told how many bids came.",
    "招标投标法 22; design: ledger.md#Blind entries",
    Ground.CONFLICT,
)

LEAVES = 256
SEED_BYTES = LEAF_BYTES = 32
PAD_TAG = b"daylight/pad/v1\n"
_SALT_TAG, _PLACE_TAG = b"daylight/blind/v1/salt\n", b"daylight/blind/v1/place\n"
_RECORD_BYTES = 1 + LEAF_BYTES


def pad(salt: bytes) -> bytes:
    """Return the leaf data of a pad with this 32-byte salt."""
    assert len(salt) == SEED_BYTES, "a pad's salt has 32 bytes"
    return sha256(PAD_TAG + salt)


def pad_salt(seed: bytes, position: int) -> bytes:
    """Return the salt of the pad at a position; it tells nothing of the seed."""
    return sha256(_SALT_TAG + seed + bytes([position]))


def placed(receipts: Sequence[bytes], seed: bytes) -> dict[int, bytes]:
    """Return the receipts by position: places are drawn without regard to order of arrival.

    Args:
        receipts: 32 bytes each, at most 256.
        seed: 32 fresh random bytes.
    """
    assert len(receipts) <= LEAVES, "a surplus waits for the next entry"
    assert len(seed) == SEED_BYTES
    assert all(len(receipt) == LEAF_BYTES for receipt in receipts)
    free = sorted(range(LEAVES), key=lambda place: sha256(_PLACE_TAG + seed + bytes([place])))
    return dict(zip(free, receipts, strict=False))


def leaves_of(seed: bytes, receipts: Mapping[int, bytes]) -> list[bytes]:
    """Return all 256 leaves (leaf data): receipts at their positions, pads everywhere else."""
    return [receipts.get(place) or pad(pad_salt(seed, place)) for place in range(LEAVES)]


def blind_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over exactly 256 leaves."""
    assert len(leaves) == LEAVES, "a blind entry has 256 leaves"
    return root_of([leaf_hash(leaf) for leaf in leaves])


def blind_path(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """Return the 8 hashes that lead from a leaf to the root, its sibling first."""
    return inclusion_path([leaf_hash(leaf) for leaf in leaves], position)


def packed(receipts: Mapping[int, bytes]) -> bytes:
    """Return receipts as one text of bytes: position (1) || leaf (32), by position."""
    return b"".join(bytes([place]) + receipts[place] for place in sorted(receipts))


def unpacked(data: bytes) -> dict[int, bytes]:
    """Return the receipts that `packed` wrote; a ValueError for any other bytes."""
    records = [data[at : at + _RECORD_BYTES] for at in range(0, len(data), _RECORD_BYTES)]
    receipts = {record[0]: record[1:] for record in records}
    if packed(receipts) != data or any(len(leaf) != LEAF_BYTES for leaf in receipts.values()):
        raise ValueError("not receipts by position")
    return receipts


def due_before(seconds_now: float, interval: int) -> int:
    """Return when the present interval began: a multiple of `interval`, POSIX seconds."""
    return int(seconds_now // interval) * interval


def check_pads_openable(still_open: int) -> None:
    """Return only if nothing is open any more that was open when the entry was logged.

    Raises:
        RuleBroken: PADS_OPENED_LATER.
    """
    if still_open:
        raise RuleBroken(PADS_OPENED_LATER, needed="asking again after the last closing")
