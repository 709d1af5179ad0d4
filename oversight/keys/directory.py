"""Where private keys live: one directory, outside the database, for its owner alone.

The directory is made whole on the first run or not at all. It is never repaired: a new key in
the place of a lost one would make every protected field and every signature of old unreadable
without anybody noticing, so what is incomplete is refused.

The log's keys and the draw's key stand one a line, oldest first. All lines of the log's keys sign
(that is how keys rotate); the draw's newest line seals, the older ones finish what they sealed.
Of a log key that was retired the public half stays, one a line: what it signed in its time is still
to be verified, and the database is not asked whom to believe.
"""

import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp

from oversight.errors import Ground, Rule, RuleBroken
from oversight.keys import mldsa, private, vrf
from oversight.keys.fields import BlindIndex, FieldCipher
from oversight.keys.mldsa import MldsaKey
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

LOG, LOG_MLDSA, VRF = "log.key", "log-ml-dsa-44.key", "draw-vrf.key"
FIELDS, BLIND = "fields.key", "blind-index.key"
FILES = (LOG, LOG_MLDSA, VRF, FIELDS, BLIND)
RETIRED = {LOG: "log.retired", LOG_MLDSA: "log-ml-dsa-44.retired"}  # public halves
PUBLIC_BYTES = {LOG: 32, LOG_MLDSA: mldsa.PUBLIC_BYTES}
SECRET_BYTES = 32


class KeyRing:
    """The service's secrets, by use. Its text form shows none of them."""

    def __init__(
        self,
        *,
        log_seeds: Sequence[bytes],
        mldsa_seeds: Sequence[bytes],
        vrf_secrets: Sequence[bytes],
        field_keys: Mapping[int, bytes],
        blind: bytes,
        log_retired: Sequence[bytes] = (),
        mldsa_retired: Sequence[bytes] = (),
    ) -> None:
        """Take 32-byte secrets, oldest first; field keys by id; public halves of retired keys."""
        assert log_seeds
        assert mldsa_seeds
        assert vrf_secrets
        self.log_keys = tuple(map(SigningKey, log_seeds))
        self.log_mldsa = tuple(map(MldsaKey, mldsa_seeds))
        # Whose signatures below this log's checkpoints hold, whenever they were made.
        self.log_publics = _each_once(log_retired, self.log_keys)
        self.log_mldsa_publics = _each_once(mldsa_retired, self.log_mldsa)
        # By public half, oldest first: what was sealed under an old key is finished with it.
        self.vrf_secrets = {vrf.public_key(secret): secret for secret in vrf_secrets}
        self.fields = FieldCipher(field_keys, secrets.token_bytes)
        self.blind = BlindIndex(blind)

    @property
    def log(self) -> SigningKey:
        """The newest of the log's Ed25519 keys."""
        return self.log_keys[-1]

    @property
    def vrf_public(self) -> bytes:
        """The public half of the key under which draws are sealed now."""
        return tuple(self.vrf_secrets)[-1]

    def vrf_secret(self, public: str) -> bytes | None:
        """Return the draw's secret with this public half (hex), old or new; None: not held."""
        return self.vrf_secrets.get(bytes.fromhex(public))

    def __repr__(self) -> str:
        """Show public halves and key ids."""
        shown = f"log={self.log_keys!r}, log_mldsa={self.log_mldsa!r}"
        return f"KeyRing({shown}, vrf={self.vrf_public.hex()}, fields={self.fields!r})"


def _each_once(
    retired: Sequence[bytes], keys: Sequence[SigningKey | MldsaKey]
) -> tuple[bytes, ...]:
    """Return public halves, oldest first; a key that is being retired stands in both lists."""
    return tuple(dict.fromkeys([*retired, *(key.public for key in keys)]))


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
            private.write_new(staging / name, f"{_first_line(name)}\n".encode())
        private.sync(staging)
        staging.rename(path)  # the system refuses where a directory with files stands
    except OSError as error:
        _discard(staging)
        if _is_taken(path):
            raise RuleBroken(KEYS_MADE_ONCE, needed="open the keys that are there") from error
        raise
    private.sync(path.parent)
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
    require_private(path, FILES)
    lines = {name: read_lines(path / name) for name in FILES}
    log, mldsa, drawing, blind = (
        read_secrets(name, lines[name]) for name in (LOG, LOG_MLDSA, VRF, BLIND)
    )
    if len(blind) > 1:
        raise _malformed(BLIND)
    return KeyRing(
        log_seeds=log,
        mldsa_seeds=mldsa,
        vrf_secrets=drawing,
        field_keys=_field_keys(lines[FIELDS]),
        blind=blind[0],
        log_retired=read_retired(path, LOG),
        mldsa_retired=read_retired(path, LOG_MLDSA),
    )


def rotate_fields(path: Path) -> KeyRing:
    """Add a field key that seals from now on; the old ones still open. Return the new ring.

    Raises:
        RuleBroken: as `open_ring`.
    """
    open_ring(path)
    with private.alone(path):
        lines = read_lines(path / FIELDS)
        lines.append(f"{max(_field_keys(lines)) + 1} {secrets.token_hex(SECRET_BYTES)}")
        write_lines(path / FIELDS, lines)
    return open_ring(path)


def _first_line(name: str) -> str:
    secret = secrets.token_hex(SECRET_BYTES)
    return f"1 {secret}" if name == FIELDS else secret


def _discard(staging: Path) -> None:
    for file in staging.iterdir():
        file.unlink()
    staging.rmdir()


def _is_taken(path: Path) -> bool:
    return path.exists() and not (path.is_dir() and not any(path.iterdir()))


def require_private(path: Path, names: Sequence[str]) -> None:
    """Return only if the directory and these files in it are the owner's alone.

    Raises:
        RuleBroken: KEYS_PRIVATE.
    """
    for each in (path, *(path / name for name in names)):
        found = each.lstat()
        expected = stat.S_ISDIR if each == path else stat.S_ISREG
        mine = found.st_uid == os.geteuid()
        if not (mine and expected(found.st_mode) and not found.st_mode & private.OTHERS):
            needed = "chmod 700 on the directory and 600 on its files, owned by the service's user"
            mode = oct(stat.S_IMODE(found.st_mode))
            raise RuleBroken(KEYS_PRIVATE, needed=needed, file=each.name, mode=mode, own=mine)


def read_lines(file: Path) -> list[str]:
    """Return the file's lines; one that was cut short has no end of line and is refused."""
    try:
        *lines, rest = file.read_text(encoding="ascii").split("\n")
    except UnicodeDecodeError:
        raise _malformed(file.name) from None
    if rest or not lines:
        raise _malformed(file.name)
    return lines


def read_retired(path: Path, name: str) -> list[bytes]:
    """Return the public halves of a file's retired keys, oldest first; of most, none.

    Raises:
        RuleBroken: KEYS_PRIVATE, KEYS_COMPLETE.
    """
    file = path / RETIRED[name]
    if not file.exists():
        return []
    require_private(path, [file.name])
    try:
        return [unhex(line, PUBLIC_BYTES[name]) for line in read_lines(file)]
    except ValueError:
        raise _malformed(file.name) from None


def write_lines(file: Path, lines: Sequence[str]) -> None:
    """Put these lines into the place of the file's, wholly or not at all."""
    private.replace(file, "".join(f"{line}\n" for line in lines).encode())


def read_secrets(name: str, lines: Sequence[str]) -> list[bytes]:
    """Return the 32-byte secrets of a file, one a line in hex, no two alike.

    Raises:
        RuleBroken: KEYS_COMPLETE.
    """
    try:
        found = [unhex(line, SECRET_BYTES) for line in lines]
    except ValueError:
        raise _malformed(name) from None
    if len(set(found)) < len(found):
        raise _malformed(name)
    return found


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
