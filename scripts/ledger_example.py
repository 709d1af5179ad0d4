"""Write the worked example in `api_spec/documents/ledger.md` anew.

    python -m scripts.ledger_example          write it
    python -m scripts.ledger_example --check  exit 1 if the document differs

A log of five entries with keys from fixed seeds: every figure is computed by the project's rules,
and a test holds the document to it. Only ML-DSA-44 signatures are not shown: they differ each time.
"""

from pathlib import Path

from oversight.blind.facts import BlindLogged
from oversight.blind.rules import blind_root, pad
from oversight.custody.facts import KeyPublished
from oversight.identity.facts import PartyRegistered
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.facts import Fact, entry_bytes, field_commitment
from oversight.ledger.notes import COSIGNATURE_ED25519, ED25519, MLDSA44, key_id, make_vkey
from oversight.ledger.policy import PolicyAdopted
from oversight.ledger.proofs import tlog_proof
from oversight.ledger.rules import Tree, leaf_hash
from oversight.ledger.signed_checkpoint import sign_checkpoint_note
from oversight.ledger.tiles import bundle_path, make_bundle, tile_path
from scripts.worked_example import placed, write_or_check

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "api_spec" / "documents" / "ledger.md"

ORIGIN, WITNESS = "log.example.org/daylight", "audit.example.org/witness"
LOG, MLDSA = SigningKey(bytes([1]) * 32), MldsaKey(bytes([2]) * 32)
COSIGNER = SigningKey(bytes([3]) * 32)
SALT, OTHER_SALT, PERSON_SALT = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
CENTER = "019cada0-9e80-7000-8000-000000000001"
AT = "2026-03-02T08:00:00.000000Z"
SECONDS = 1_772_438_405
OLD_SIZE, INDEX = 3, 2


def facts() -> list[tuple[Fact, str]]:
    """Return what the five entries say, each with its subject."""
    party = PartyRegistered(
        party=CENTER,
        role="trading_center",
        name=field_commitment(SALT, "name", "示范市公共资源交易中心").hex(),
        uscc=field_commitment(OTHER_SALT, "uscc", "").hex(),
        by=field_commitment(PERSON_SALT, "by", CENTER).hex(),
    )
    pads = [pad(bytes([place]) * 32) for place in range(256)]
    return [
        (party, CENTER),
        (KeyPublished(purpose="log", key=LOG.public.hex()), "log"),
        (KeyPublished(purpose="log-ml-dsa-44", key=MLDSA.public.hex()), "log-ml-dsa-44"),
        (PolicyAdopted(policy=policy()), "policy"),
        (BlindLogged(root=blind_root(pads).hex()), ""),
    ]


def policy() -> str:
    """Return the policy that the log adopts."""
    log = make_vkey(ORIGIN, LOG.public)
    witness = make_vkey(WITNESS, COSIGNER.public, COSIGNATURE_ED25519)
    return f"log {log}\nwitness audit {witness} https://{WITNESS}\nquorum audit\n"


def entries() -> list[bytes]:
    """Return the bytes of the five entries."""
    return [
        entry_bytes(
            fact,
            act=f"019cada0-9e80-7000-8000-00000000010{number}",
            at=AT,
            subject=subject,
            actor=CENTER,
            role="trading_center",
        )
        for number, (fact, subject) in enumerate(facts())
    ]


def example() -> str:
    """Return the worked example as the document has it."""
    parts = [_keys(), _entry(), _tree(), _files(), _checkpoint(), _proof()]
    return "\n".join(line for part in parts for line in part)


def _block(title: str, *lines: str) -> list[str]:
    return [f"**{title}**", "", "```", *lines, "```", ""]


def _keys() -> list[str]:
    return _block(
        "Keys",
        "log, Ed25519 (seed 32 × 01)",
        f"    {make_vkey(ORIGIN, LOG.public)}",
        "log, ML-DSA-44 (seed 32 × 02): key id, first bytes of 1,312",
        f"    {key_id(ORIGIN, MLDSA44, MLDSA.public).hex()} {MLDSA.public[:16].hex()}…",
        "witness, Ed25519 cosigner (seed 32 × 03)",
        f"    {make_vkey(WITNESS, COSIGNER.public, COSIGNATURE_ED25519)}",
        "key id of the log, SHA-256(name || LF || 01 || key), 4 bytes",
        f"    {key_id(ORIGIN, ED25519, LOG.public).hex()}",
    )


def _entry() -> list[str]:
    first = entries()[0]
    return _block(
        "Entry 0: a party, its name concealed",
        "entry bytes (text)",
        f"    {first.decode()}",
        "leaf hash, SHA-256(0x00 || entry)",
        f"    {leaf_hash(first).hex()}",
        "salt of the name",
        f"    {SALT.hex()}",
        'commitment, SHA-256("daylight/field/v1" || 0A || salt || "name" || 00 || canon(value))',
        f"    {field_commitment(SALT, 'name', '示范市公共资源交易中心').hex()}",
    )


def _tree() -> list[str]:
    leaves = [leaf_hash(entry) for entry in entries()]
    tree = Tree(leaves)
    return _block(
        f"The tree of 5, and that it extends the tree of {OLD_SIZE}",
        *(f"leaf {number}  {leaf.hex()}" for number, leaf in enumerate(leaves)),
        f"root of {OLD_SIZE}  {Tree(leaves[:OLD_SIZE]).root().hex()}",
        f"root of 5  {tree.root().hex()}",
        f"inclusion path of entry {INDEX}",
        *(f"    {node.hex()}" for node in tree.inclusion_path(INDEX)),
        f"consistency path from {OLD_SIZE} to 5",
        *(f"    {node.hex()}" for node in tree.consistency_path(OLD_SIZE)),
    )


def _files() -> list[str]:
    bundle = make_bundle(entries())
    return _block(
        "The public files of this log",
        "checkpoint",
        f"{tile_path(0, 0, 5)}  160 bytes: the five leaf hashes",
        f"{bundle_path(0, 5)}  {len(bundle):,} bytes; the first two are the length of entry 0",
        f"    {bundle[:2].hex()} = {int.from_bytes(bundle[:2], 'big')}",
    )


def _note() -> str:
    checkpoint = Checkpoint(ORIGIN, 5, Tree([leaf_hash(entry) for entry in entries()]).root())
    note = sign_checkpoint_note(checkpoint, [LOG], [], SECONDS)
    return note + cosign_ed25519(checkpoint.text(), WITNESS, COSIGNER, SECONDS)


def _checkpoint() -> list[str]:
    return _block(
        f"The checkpoint, cosigned at {SECONDS} (the line of ML-DSA-44 left out)",
        *_note().rstrip("\n").split("\n"),
    )


def _proof() -> list[str]:
    leaves = [leaf_hash(entry) for entry in entries()]
    text = tlog_proof(INDEX, Tree(leaves).inclusion_path(INDEX), _note())
    return _block(f"The proof of entry {INDEX} (.tlog-proof)", *text.rstrip("\n").split("\n"))


def written() -> str:
    """Return the document with the worked example as it must be."""
    return placed(DOCUMENT, example())


if __name__ == "__main__":
    write_or_check(DOCUMENT, example())
