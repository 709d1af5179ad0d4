"""Questions about keys that were published, and about what entries conceal."""

from typing import Any

import msgspec

from oversight.custody.facts import KeyPublished, KeyRetired
from oversight.custody.rules import LOG_KEY_TYPES, PURPOSES
from oversight.custody.schema import KeyLife, KeyLives, PayloadState, PayloadStates
from oversight.database import run
from oversight.errors import ProofRejected, RuleBroken
from oversight.keys.directory import ring
from oversight.ledger.notes import ED25519, VerifierKey, open_note
from oversight.ledger.queries import LoggedEntry, entries_about, newest_checkpoint, signed_size
from oversight.ledger.rules import ENTRY_EXISTS
from oversight.ledger.terms import terms
from oversight.values.instants import to_text


async def key_entry(purpose: str, key: str) -> LoggedEntry | None:
    """Return the first entry that publishes this key (hex) for `purpose`; None if there is none."""
    for logged in await entries_about(purpose, KeyPublished.kind):
        if logged.entry().body.get("key") == key:
            return logged
    return None


async def key_lives(purpose: str) -> list[KeyLife]:
    """Return the lives of a purpose's keys, oldest first.

    Every entry counts that has an index; an index that no checkpoint covers is not told.
    """
    lives: dict[str, KeyLife] = {}
    signed = await signed_size()
    for logged in await entries_about(purpose):
        entry = logged.entry()
        key, told = str(entry.body.get("key")), logged.index if logged.index < signed else None
        if logged.kind == KeyPublished.kind and key not in lives:
            lives[key] = KeyLife(purpose, key, told, entry.at)
        elif logged.kind == KeyRetired.kind and key in lives:
            lives[key] = msgspec.structs.replace(lives[key], retired=told, retired_at=entry.at)
    return list(lives.values())


async def is_followed(purpose: str, key: str) -> bool:
    """Tell whether a key of this purpose, other than `key` (hex), signed the newest checkpoint."""
    newest, type_ = await newest_checkpoint(), LOG_KEY_TYPES[purpose]
    held = ring().log_keys if type_ == ED25519 else ring().log_mldsa
    staying = [
        VerifierKey(terms().origin, type_, one.public) for one in held if one.public.hex() != key
    ]
    try:
        return newest is not None and bool(open_note(newest.note, staying))
    except ProofRejected:
        return False


async def all_key_lives() -> KeyLives:
    """Return the lives of the keys of every purpose."""
    return KeyLives([life for purpose in PURPOSES for life in await key_lives(purpose)])


async def payload_states(act: str) -> PayloadStates:
    """Return which concealed values of an act are kept and which were erased; never a value.

    Raises:
        RuleBroken: ENTRY_EXISTS, when the act concealed nothing, or there is no such act.
    """
    rows = await run(
        "SELECT n, field, erased_at FROM payload WHERE act = {} ORDER BY n, field", act
    )
    if not rows:
        raise RuleBroken(ENTRY_EXISTS, needed="an act that conceals something", act=act)
    return PayloadStates(act, [_state(row) for row in rows])


def _state(row: Any) -> PayloadState:
    erased = row["erased_at"]
    return PayloadState(row["n"], row["field"], "" if erased is None else to_text(erased))
