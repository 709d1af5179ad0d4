"""Whose cosignatures a mirror hands on: those that hold, of cosigners whom the log's policies name.

A policy is an entry, so the mirror finds it in its own copy. What it found is kept beside its
record, for the next checkpoint; without that file it looks again from the first entry on.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.facts import read_entry
from oversight.ledger.notes import (
    SIGNATURES_MAX,
    VerifierKey,
    note_line,
    note_parts,
    open_note,
)
from oversight.ledger.policy import PolicyAdopted, parse_policy
from oversight.publication.directory import write_file
from oversight.publication.source import DirectorySource
from oversight.publication.verified import VerifiedLog

logger = logging.getLogger("daylight.mirror")

POLICIES = "policies"  # below a mirror's directory a file for each log
_KIND = f'"kind":"{PolicyAdopted.kind}"'.encode()  # stands so in an entry that adopts a policy


class _Found(msgspec.Struct):
    """What a mirror found in a copy."""

    size: int = 0  # entries below this index were looked at
    policies: list[str] = []  # texts, in order


def cosigners_named(
    directory: Path, hashed: str, copy: Path, checkpoint: Checkpoint
) -> list[VerifierKey]:
    """Return the cosigners whom any policy in a copy names; `checkpoint` is held there, cosigned.

    Raises:
        ProofRejected: a file of the copy no longer leads to the checkpoint's root.
    """
    found = _remembered(directory / POLICIES / hashed)
    if found.size > checkpoint.size:
        found = _Found()
    if found.size < checkpoint.size:
        found.policies += _policies(VerifiedLog(DirectorySource(copy), checkpoint), found.size)
        found.size = checkpoint.size
        write_file(directory / POLICIES, hashed, msgspec.json.encode(found))
    keys = [key for text in found.policies for key in parse_policy(text).cosigners()]
    return list(dict.fromkeys(keys))


def _remembered(file: Path) -> _Found:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Found)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Found()


def _policies(log: VerifiedLog, start: int) -> Iterator[str]:
    """Yield the policies that entries from `start` on adopt; what is none names nobody."""
    for _, run in log.entries(start):
        for data in run:
            if _KIND not in data:
                continue
            try:
                said = read_entry(data)
                text = str(said.body.get("policy"))
                parse_policy(text)
            except (msgspec.DecodeError, ProofRejected):
                continue
            if said.kind == PolicyAdopted.kind:
                yield text


def with_cosignatures(note: str, offered: Iterable[str], keys: Sequence[VerifierKey]) -> str:
    """Return a note with the lines of `keys` that other notes of the same text carry, if they hold.

    Of several lines by one cosigner the one with the latest time is taken. A line that does not
    hold is left out: it would make the whole note worthless to whoever knows its key.
    """
    text, own = note_parts(note)
    taken = {(name, identity) for name, identity, _ in own}
    named = {(key.name, key.id): key for key in keys if (key.name, key.id) not in taken}
    latest: dict[VerifierKey, tuple[int, str]] = {}
    for other in offered:
        for key, line in _lines(other, text, named):
            seconds = _claimed(key, text, line)
            if seconds is not None and (key not in latest or latest[key][0] < seconds):
                latest[key] = seconds, line
    added = [line for _, line in latest.values()]
    return note + "".join(added[: max(0, SIGNATURES_MAX - len(own))])


def _lines(
    note: str, text: str, named: dict[tuple[str, bytes], VerifierKey]
) -> Iterator[tuple[VerifierKey, str]]:
    """Yield the lines of a note of this text that stand in the name of these keys."""
    try:
        said, lines = note_parts(note)
    except ProofRejected:
        return
    if said != text:
        return
    for name, identity, signature in lines:
        key = named.get((name, identity))
        if key is not None:
            yield key, note_line(key, signature)


def _claimed(key: VerifierKey, text: str, line: str) -> int | None:
    """Return the time that a cosignature claims, or None if it does not hold."""
    try:
        opened = open_note(f"{text}\n{line}", [key])
    except ProofRejected:
        logger.warning("%s: its line does not hold, and is not handed on", key.name)
        return None
    return opened.cosigned[0][1]
