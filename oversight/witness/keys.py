"""A cosigner's keys: one file of mode 0600 beside its record, one line a key.

ed25519 <seed, 64 hex digits>
mldsa44 <seed, 64 hex digits>
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from oversight.ambient import fresh_bytes
from oversight.errors import RuleBroken
from oversight.keys.directory import KEYS_COMPLETE, KEYS_PRIVATE
from oversight.keys.mldsa import MldsaKey
from oversight.keys.private import OTHERS, write_new
from oversight.keys.signing import SEED_BYTES, SigningKey
from oversight.ledger.cosignatures import cosign_ed25519, cosign_mldsa
from oversight.ledger.notes import COSIGNATURE_ED25519, MLDSA44, VerifierKey, make_vkey
from oversight.values.digests import unhex

KEY_FILE = "cosigner.key"
TYPES = {"ed25519": COSIGNATURE_ED25519, "mldsa44": MLDSA44}


class Cosigner:
    """Who cosigns: a name, and one key of each type at the most. Its text form shows no secret."""

    def __init__(self, name: str, seeds: dict[str, bytes]) -> None:
        """Take 32-byte seeds by the names of `TYPES`, at least one."""
        assert seeds, "a cosigner has a key"
        self.name = name
        self._ed25519 = SigningKey(seeds["ed25519"]) if "ed25519" in seeds else None
        self._mldsa = MldsaKey(seeds["mldsa44"]) if "mldsa44" in seeds else None

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public halves."""
        halves = ((COSIGNATURE_ED25519, self._ed25519), (MLDSA44, self._mldsa))
        return tuple(VerifierKey(self.name, type_, key.public) for type_, key in halves if key)

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The lines that a log's operator and everybody who verifies are given."""
        return tuple(make_vkey(key.name, key.public, key.type) for key in self.verifiers)

    def cosign(self, text: str, seconds: int) -> str:
        """Return a line of each key over a checkpoint's text, at a POSIX second."""
        lines = []
        if self._ed25519:
            lines.append(cosign_ed25519(text, self.name, self._ed25519, seconds))
        if self._mldsa:
            lines.append(cosign_mldsa(text, self.name, self._mldsa, seconds))
        return "".join(lines)

    def __repr__(self) -> str:
        """Show the name and how many keys there are."""
        return f"Cosigner({self.name!r}, {len(self.verifiers)} keys)"


def make_keys(directory: Path, types: Sequence[str]) -> None:
    """Write fresh keys of these types into a directory that has none."""
    lines = [f"{each} {fresh_bytes(SEED_BYTES).hex()}\n" for each in types]
    write_new(directory / KEY_FILE, "".join(lines).encode())


def read_keys(directory: Path, name: str) -> Cosigner:
    """Return the cosigner `name` with the keys in a directory.

    Raises:
        RuleBroken: KEYS_COMPLETE, when the file is missing or malformed; KEYS_PRIVATE, when
            others may read it.
    """
    file = directory / KEY_FILE
    try:
        found = file.lstat()
        lines = [line.split(" ") for line in file.read_text(encoding="ascii").splitlines()]
        seeds = {kind: unhex(seed, SEED_BYTES) for kind, seed in lines}
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        needed = "the key file that was made with this directory, from your backup"
        raise RuleBroken(KEYS_COMPLETE, needed=needed, file=KEY_FILE) from None
    if not seeds or not seeds.keys() <= TYPES.keys():
        raise RuleBroken(KEYS_COMPLETE, needed="a key of a known type", file=KEY_FILE)
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid() or mode & OTHERS or not stat.S_ISREG(found.st_mode):
        needed = "chmod 600 on the file, owned by the user who runs the cosigner"
        raise RuleBroken(KEYS_PRIVATE, needed=needed, file=KEY_FILE, mode=oct(mode))
    return Cosigner(name, seeds)
