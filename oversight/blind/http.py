"""The door to the pads of blind entries."""

from typing import Annotated

from litestar import get
from litestar.params import PathParameter

from oversight.blind import queries
from oversight.blind.rules import SEE_PADS
from oversight.blind.schema import PadsView
from oversight.wire import INDEX_MAX

Index = Annotated[int, PathParameter(ge=0, le=INDEX_MAX, description="Place in the log, from 0.")]


@get(
    "/v1/ledger/blinds/{index:int}/pads",
    opt={"permission": SEE_PADS},
    operation_id="getPads",
    summary="Open the pads of a blind entry",
    tags=["log"],
)
async def get_pads(index: Index) -> PadsView:
    """Open the pads of a blind entry, once everything that was open at its time is closed.

    The leaves lead to the entry's root; those without a pad are receipts and stay closed.
    """
    return await queries.pads(index)
