"""Acts of custody."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.configuration import settings
from oversight.custody.facts import KeyPublished, KeyRetired, PayloadErased
from oversight.custody.queries import is_followed, key_lives
from oversight.custody.rules import (
    ERASE_PAYLOAD,
    PAYLOAD_EXISTS,
    PUBLISH_KEY,
    RETIRE_KEY,
    check_followed,
    check_held,
    check_key,
    check_publishable,
    check_retirable,
)
from oversight.custody.schema import CustodyReceipt
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.rotation import file_of, known_keys
from oversight.ledger.recording import erase_payload


async def publish_own_key(
    actor: Actor, purpose: str, key: str, occasion: Occasion
) -> CustodyReceipt:
    """Publish a key that the service holds: what nobody here can sign with is nobody's to publish.

    Raises:
        RuleBroken: KEY_HELD; and as `publish_key`.
        ProofRejected: the key binds nobody.
    """
    check_key(purpose, key)
    held = await asyncio.to_thread(known_keys, Path(settings().key_dir), file_of(purpose))
    return await publish_key(actor, purpose, key, occasion, held)


async def publish_key(
    actor: Actor,
    purpose: str,
    key: str,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
    held: Collection[bytes] | None = None,
) -> CustodyReceipt:
    """Put a public key (hex) on the log. It is used once that entry is covered, not before.

    Args:
        actor: an administrator of the center.
        purpose: "log", "log-ml-dsa-44" or "draw-vrf".
        key: hex.
        occasion: when, and under which request.
        held: the keys among which it must be; None where the caller made it himself.

    Raises:
        RuleBroken: PERMISSION_HELD, KEY_PURPOSE_KNOWN, KEY_HELD, KEY_NOT_RETIRED.
        ProofRejected: the key binds nobody.
    """
    check_key(purpose, key)
    async with begin(actor, PUBLISH_KEY, occasion) as act:
        if held is not None:
            check_held(key, held)
        lives = await key_lives(purpose)
        check_publishable(key, [life.key for life in lives if life.retired_at])
        await act.record(KeyPublished(purpose=purpose, key=key), subject=purpose)
        return act.answered(CustodyReceipt(act.id))


async def retire_key(
    actor: Actor,
    purpose: str,
    key: str,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
) -> CustodyReceipt:
    """Put on the log that the center no longer signs with a key; the key file follows.

    Raises:
        RuleBroken: PERMISSION_HELD, KEY_PURPOSE_KNOWN, KEY_RETIRABLE, KEY_FOLLOWED.
    """
    async with begin(actor, RETIRE_KEY, occasion) as act:
        lives = await key_lives(purpose)
        check_retirable(purpose, key, [life.key for life in lives if not life.retired_at])
        check_followed(await is_followed(purpose, key))
        await act.record(KeyRetired(purpose=purpose, key=key), subject=purpose)
        return act.answered(CustodyReceipt(act.id))


async def erase(
    actor: Actor,
    of_act: str,
    n: int,
    *,
    fields: Sequence[str],
    ground: str,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
) -> CustodyReceipt:
    """Erase the values that fields of one entry conceal; their commitments stay, and say nothing.

    Raises:
        RuleBroken: PERMISSION_HELD; PAYLOAD_EXISTS, and then nothing is erased.
    """
    names = tuple(sorted(set(fields)))
    async with begin(actor, ERASE_PAYLOAD, occasion) as act:
        erased = [name for name in names if await erase_payload(of_act, n, name, act.at)]
        if not names or len(erased) < len(names):
            raise RuleBroken(
                PAYLOAD_EXISTS,
                needed="fields that this entry conceals and that were not erased",
                asked=len(names),
                erasable=len(erased),
            )
        await act.record(PayloadErased(act=of_act, n=n, fields=names, ground=ground))
        return act.answered(CustodyReceipt(act.id))
