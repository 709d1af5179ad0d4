"""Acts of custody."""

from collections.abc import Sequence

import msgspec

from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.custody.facts import KeyPublished, PayloadErased
from oversight.custody.rules import ERASE_PAYLOAD, PAYLOAD_EXISTS, PUBLISH_KEY, check_key
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.ledger.recording import erase_payload


class CustodyReceipt(msgspec.Struct, frozen=True):
    """The act that did it; its entry's place follows with the next checkpoint."""

    act: str


async def publish_key(
    actor: Actor,
    purpose: str,
    key: str,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
) -> CustodyReceipt:
    """Put a public key (hex) on the log; the newest entry of a purpose is the one in use.

    Raises:
        RuleBroken: PERMISSION_HELD, KEY_PURPOSE_KNOWN.
        ProofRejected: the key binds nobody.
    """
    check_key(purpose, key)
    async with begin(actor, PUBLISH_KEY, occasion) as act:
        await act.record(KeyPublished(purpose=purpose, key=key), subject=purpose)
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
