"""A new key beside the old ones in the key directory, in steps that may be repeated.

A key is prepared in a file of its own, becomes public by an act, and is adopted: then it stands in
the last line. A death between two steps loses nothing: whoever repeats the rotation goes on with
the key that was prepared. Running processes know the keys of their start.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from oversight.errors import Rule, RuleBroken
from oversight.keys import private, vrf
from oversight.keys.directory import (
    LOG,
    LOG_MLDSA,
    RETIRED,
    SECRET_BYTES,
    VRF,
    open_ring,
    read_lines,
    read_retired,
    read_secrets,
    require_private,
    write_lines,
)
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.values.digests import unhex

NEWEST_KEY_STAYS = Rule(
    "keys.newest_stays",
    "The newest key of a file stays in it.",
    "design: ledger.md#Checkpoint",
)

NEXT = ".next"  # a prepared key stands in the file's name with this behind it

_PUBLIC_OF: MappingProxyType[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        LOG: lambda seed: SigningKey(seed).public,
        LOG_MLDSA: lambda seed: MldsaKey(seed).public,
        VRF: vrf.public_key,
    }
)


def file_of(purpose: str) -> str:
    """Return the name of the file that holds the keys of a purpose, such as "log"."""
    return f"{purpose}.key"


def public_keys(path: Path, name: str) -> list[bytes]:
    """Return the public halves of a file's keys, oldest first.

    Raises:
        RuleBroken: as `open_ring`.
    """
    open_ring(path)
    return [_PUBLIC_OF[name](secret) for secret in read_secrets(name, read_lines(path / name))]


def known_keys(path: Path, name: str) -> list[bytes]:
    """Return the public halves of a file's keys and of the one that is prepared, if there is one.

    Raises:
        RuleBroken: as `prepare`.
    """
    prepared = (path / (name + NEXT)).exists()
    return public_keys(path, name) + ([_PUBLIC_OF[name](_prepared(path, name))] if prepared else [])


def prepare(path: Path, name: str) -> bytes:
    """Return the public half of the key that comes next; it is made unless one is prepared.

    Raises:
        RuleBroken: as `open_ring`; KEYS_PRIVATE or KEYS_COMPLETE of the prepared key's file.
    """
    open_ring(path)
    with private.alone(path):
        if not (path / (name + NEXT)).exists():
            write_lines(path / (name + NEXT), [secrets.token_hex(SECRET_BYTES)])
        return _PUBLIC_OF[name](_prepared(path, name))


def adopt(path: Path, name: str) -> None:
    """Make the prepared key the newest of its file.

    Raises:
        RuleBroken: as `prepare`.
    """
    with private.alone(path):
        secret, lines = _prepared(path, name), read_lines(path / name)
        if lines[-1] != secret.hex():  # else a death came between the two steps below
            write_lines(path / name, [*lines, secret.hex()])
        private.remove(path / (name + NEXT))


def drop(path: Path, name: str, public: bytes) -> None:
    """Take an old secret out of its file, for good; its public half stays among the retired.

    A key that is not there is no fault.

    Raises:
        RuleBroken: as `open_ring`; NEWEST_KEY_STAYS.
    """
    open_ring(path)
    with private.alone(path):
        lines = read_lines(path / name)
        kept = [line for line in lines if _PUBLIC_OF[name](unhex(line, SECRET_BYTES)) != public]
        if lines[-1] not in kept:
            raise RuleBroken(NEWEST_KEY_STAYS, needed="`daylight keys rotate` before", file=name)
        if kept != lines:
            retired = dict.fromkeys([*read_retired(path, name), public])
            write_lines(path / RETIRED[name], [key.hex() for key in retired])
            write_lines(path / name, kept)


def _prepared(path: Path, name: str) -> bytes:
    file = name + NEXT
    require_private(path, [file])
    return read_secrets(file, read_lines(path / file))[0]
