"""Doors to the lives of keys, and to the erasure of concealed values."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.custody import commands, queries
from oversight.custody.rules import ERASE_PAYLOAD, PUBLISH_KEY, RETIRE_KEY, SEE_PAYLOAD_STATE
from oversight.custody.schema import (
    CustodyReceipt,
    ErasureOrder,
    KeyLives,
    KeyOrder,
    PayloadStates,
)
from oversight.idempotency.requests import Occasion

TAGS = ["custody"]


@get(
    "/v1/keys",
    opt={"public": True},
    operation_id="listKeyLives",
    summary="List the log's and the draw's keys",
    tags=TAGS,
)
async def get_keys() -> KeyLives:
    """List every key of the log and of the draw with the entries that published and retired it.

    What is not yet retired signs, or will sign once the service was started anew.
    """
    return await queries.all_key_lives()


@post(
    "/v1/keys",
    opt={"permission": PUBLISH_KEY},
    operation_id="publishKey",
    summary="Publish a key",
    tags=TAGS,
)
async def post_published(
    data: JSONBody[KeyOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> CustodyReceipt:
    """Put a public key of the log (`log`, `log-ml-dsa-44`) or of the draw (`draw-vrf`) on the log.

    `daylight keys rotate` on the service's host makes the key, publishes it here, and uses it only
    once its entry is covered.
    """
    return await commands.publish_own_key(actor, data.purpose, data.key, occasion)


@post(
    "/v1/keys/retirement",
    opt={"permission": RETIRE_KEY},
    operation_id="retireKey",
    summary="Retire a key of the log",
    tags=TAGS,
)
async def post_retired(
    data: JSONBody[KeyOrder], actor: NamedDependency[Actor], occasion: NamedDependency[Occasion]
) -> CustodyReceipt:
    """Put on the log that a key of the log signs no more; it leaves the trust file at once.

    `daylight keys retire` on the service's host does this and takes the key out of its file.
    """
    return await commands.retire_key(actor, data.purpose, data.key, occasion)


@post(
    "/v1/ledger/erasures",
    opt={"permission": ERASE_PAYLOAD},
    operation_id="erasePayload",
    summary="Erase concealed values",
    tags=TAGS,
)
async def post_erasure(
    data: JSONBody[ErasureOrder],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> CustodyReceipt:
    """Erase for ever what fields of one entry conceal, on a ground that is on the log.

    The commitments stay and say nothing. Copies in backups are erased as the backups expire.
    """
    ground = data.ground.value
    return await commands.erase(
        actor, data.act, data.n, fields=data.fields, ground=ground, occasion=occasion
    )


@get(
    "/v1/ledger/acts/{act:str}/payload",
    opt={"permission": SEE_PAYLOAD_STATE},
    operation_id="getPayloadState",
    summary="Show which concealed values are kept",
    tags=TAGS,
)
async def get_payload_state(act: IdInPath) -> PayloadStates:
    """Show which concealed values of an act are kept and which were erased; never a value."""
    return await queries.payload_states(act)
