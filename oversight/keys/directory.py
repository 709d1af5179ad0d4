"""Where private keys live: one directory, outside the database, for its owner alone.

The directory is made whole on the first run or not at all. It is never repaired: a new key in
the place of a lost one would make every protected field and every signature of old unreadable
without anybody noticing, so what is incomplete is refused.
"""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from oversight.errors import Ground, Rule, RuleBroken
from oversight.keys import vrf
from oversight.keys.fields import BlindIndex, FieldCipher
from oversight.keys.signing import SigningKey
from oversight.values.digests import unhex

KEYS_PRIVATE = Rule(
    "keys.private",
    "Key files belong to the user who runs the service, and nobody else may read or enter.",
    "design: security",
    Ground.FORBIDDEN,
)
KEYS_COMPLETE = Rule(
    "keys.complete",
    "The key directory holds every key file, each well-formed.",
    "design: security",
)
KEYS_MADE_ONCE = Rule(
    "keys.made_once",
    "Keys are made in a directory that is absent or empty.",
    "design: security",
)

LOG, VRF, FIELDS, BLIND = "log.key", "draw-vrf.key", "fields.key", "blind-index.key"
FILES = (LOG, VRF, FIELDS, BLIND)
SECRET_BYTES = 32

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyRing:
    """The service's secrets, by use. Its text form shows none of them."""

    def __init__(
        self, log_seed: bytes, vrf_secret: bytes, field_keys: Mapping[int, bytes], blind: bytes
    ) -> None:
        """Take 32-byte secrets; field keys by id."""
        self.log = SigningKey(log_seed)
        self.vrf = vrf_secret
        self.vrf_public = vrf.public_key(vrf_secret)
        self.fields = FieldCipher(field_keys, secrets.token_bytes)
        self.blind = BlindIndex(blind)

    def __repr__(self) -> str:
        """Show public halves and key ids."""
        return f"KeyRing(log={self.log!r}, vrf={self.vrf_public.hex()}, fields={self.fields!r})"


def make_ring(path: Path) -> KeyRing:
    """Make all keys in a new directory at `path`, mode 0700, files 0600, and open it.

    The directory appears under its name only when it is whole and on disk.

    Raises:
        RuleBroken: KEYS_MADE_ONCE, when something is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for name in FILES:
            _write(staging / name, _first_line(name))
        _sync(staging)
        staging.rename(path)  # the system refuses where a directory with files stands
    except OSError as error:
        _discard(staging)
        if _is_taken(path):
            raise RuleBroken(KEYS_MADE_ONCE, needed="open the keys that are there") from error
        raise
    _sync(path.parent)
    return open_ring(path)


def open_ring(path: Path) -> KeyRing:
    """Read the keys at `path`.

    Raises:
        RuleBroken: KEYS_COMPLETE, when a file is missing or malformed; KEYS_PRIVATE, when
            another user owns one or may read it. Neither message shows a key.
    """
    missing = [name for name in FILES if not (path / name).is_file()]
    if missing:
        needed = "the directory of `daylight init` (or --config), or the files from your backup"
        raise RuleBroken(KEYS_COMPLETE, needed=needed, missing=missing)
    _require_private(path)
    lines = {name: _read(path / name) for name in FILES}
    log, drawing, blind = (_only_secret(name, lines[name]) for name in (LOG, VRF, BLIND))
    return KeyRing(log, drawing, _field_keys(lines[FIELDS]), blind)


def rotate_fields(path: Path) -> KeyRing:
    """Add a field key that seals from now on; the old ones still open. Return the new ring.

    Raises:
        RuleBroken: as `open_ring`.
    """
    open_ring(path)
    lines = _read(path / FIELDS)
    lines.append(f"{max(_field_keys(lines)) + 1} {secrets.token_hex(SECRET_BYTES)}")
    partial = path / f"{FIELDS}.partial"
    partial.unlink(missing_ok=True)
    _write(partial, "\n".join(lines))
    partial.replace(path / FIELDS)
    _sync(path)
    return open_ring(path)


def _first_line(name: str) -> str:
    secret = secrets.token_hex(SECRET_BYTES)
    return f"1 {secret}" if name == FIELDS else secret


def _write(file: Path, text: str) -> None:
    """Write a new file for its owner alone, down to the disk; refuse to follow or overwrite."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(staging: Path) -> None:
    for file in staging.iterdir():
        file.unlink()
    staging.rmdir()


def _is_taken(path: Path) -> bool:
    return path.exists() and not (path.is_dir() and not any(path.iterdir()))


def _require_private(path: Path) -> None:
    for each in (path, *(path / name for name in FILES)):
        found = each.lstat()
        expected = stat.S_ISDIR if each == path else stat.S_ISREG
        mine = found.st_uid == os.geteuid()
        if not (mine and expected(found.st_mode) and not found.st_mode & _OTHERS):
            needed = "chmod 700 on the directory and 600 on its files, owned by the service's user"
            mode = oct(stat.S_IMODE(found.st_mode))
            raise RuleBroken(KEYS_PRIVATE, needed=needed, file=each.name, mode=mode, own=mine)


def _read(file: Path) -> list[str]:
    """Return the file's lines; one that was cut short has no end of line and is refused."""
    try:
        *lines, rest = file.read_text(encoding="ascii").split("\n")
    except UnicodeDecodeError:
        raise _malformed(file.name) from None
    if rest or not lines:
        raise _malformed(file.name)
    return lines


def _only_secret(name: str, lines: list[str]) -> bytes:
    try:
        (line,) = lines
        return unhex(line, SECRET_BYTES)
    except ValueError:
        raise _malformed(name) from None


def _field_keys(lines: list[str]) -> dict[int, bytes]:
    """Read "id hex" lines, ids counted from 1 without gaps."""
    try:
        pairs = [line.split(" ") for line in lines]
        keys = {int(number): unhex(secret, SECRET_BYTES) for number, secret in pairs}
    except ValueError:
        raise _malformed(FIELDS) from None
    if list(keys) != list(range(1, len(lines) + 1)):
        raise _malformed(FIELDS)
    return keys


def _malformed(name: str) -> RuleBroken:
    return RuleBroken(KEYS_COMPLETE, needed="bring the file back from your backup", malformed=name)


_ring: KeyRing | None = None


def use_ring(ring: KeyRing | None) -> None:
    """Make `ring` the one of this process; None takes it away."""
    global _ring  # noqa: PLW0603, one process, one ring
    _ring = ring


def ring() -> KeyRing:
    """Return the ring of this process; having none is our own fault."""
    assert _ring is not None, "no key ring is open in this process"
    return _ring
