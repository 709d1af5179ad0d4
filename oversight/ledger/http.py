"""Doors to the log: all public, because what it says is for those who do not trust us."""

from typing import Annotated

from litestar import Response, get
from litestar.params import PathParameter, QueryParameter

from oversight.addresses import Cursor, IdInPath
from oversight.ledger import effect, queries
from oversight.ledger.schema import ActProofs, ActStanding, ConsistencyProof, EntryView, entry_view
from oversight.ledger.standing import standing_of
from oversight.wire import INDEX_MAX, Page

Index = Annotated[int, PathParameter(ge=0, le=INDEX_MAX, description="Place in the log, from 0.")]
Limit = Annotated[int, QueryParameter(ge=1, le=queries.PAGE_MAX, description="Entries on a page.")]
Since = Annotated[int, QueryParameter(ge=0, le=INDEX_MAX, description="First index wanted.")]
OldSize = Annotated[int, QueryParameter(ge=1, le=INDEX_MAX, description="The smaller size.")]
Size = Annotated[int, QueryParameter(ge=1, le=INDEX_MAX, description="The larger size.")]
TEXT = "text/plain; charset=utf-8"
TAGS = ["log"]


@get(
    "/v1/ledger/checkpoint",
    opt={"public": True},
    media_type=TEXT,
    operation_id="getCheckpoint",
    summary="Give the newest checkpoint",
    tags=TAGS,
)
async def get_checkpoint() -> Response[str]:
    """Give the newest signed checkpoint (C2SP signed note): origin, size, root, signature."""
    newest = await queries.required_checkpoint()
    return Response(newest.note, media_type=TEXT)


@get(
    "/v1/ledger/entries",
    opt={"public": True},
    operation_id="listEntries",
    summary="List entries",
    tags=TAGS,
)
async def get_entries(since: Since = 0, limit: Limit = 100, cursor: Cursor = "") -> Page[EntryView]:
    """List covered entries in log order, from `since` on or from the cursor of the page before."""
    page = await queries.entries_page(since, limit, cursor)
    return Page([entry_view(logged) for logged in page.items], page.next)


@get(
    "/v1/ledger/entries/{index:int}",
    opt={"public": True},
    operation_id="getEntry",
    summary="Show an entry",
    tags=TAGS,
)
async def get_entry(index: Index) -> EntryView:
    """Show the entry at an index that a checkpoint covers."""
    return entry_view(await queries.covered_entry(index))


@get(
    "/v1/ledger/entries/{index:int}/proof",
    opt={"public": True},
    media_type=TEXT,
    operation_id="getEntryProof",
    summary="Prove an entry",
    tags=TAGS,
)
async def get_proof(index: Index) -> Response[str]:
    """Prove that the entry stands under the newest checkpoint: a `.tlog-proof` (C2SP)."""
    return Response((await effect.proof_of(index)).text(), media_type=TEXT)


@get(
    "/v1/ledger/acts/{act:str}",
    opt={"public": True},
    operation_id="getActStanding",
    summary="Tell how far an act has come",
    tags=TAGS,
)
async def get_act(act: IdInPath) -> ActStanding:
    """Tell how far each entry of an act has come: recorded, covered by a checkpoint, in effect."""
    return await standing_of(act)


@get(
    "/v1/ledger/acts/{act:str}/proof",
    opt={"public": True},
    operation_id="getActProofs",
    summary="Prove an act",
    tags=TAGS,
)
async def get_act_proofs(act: IdInPath) -> ActProofs:
    """Prove every entry of an act under the newest checkpoint, in the act's order."""
    return ActProofs(act, [placed.text() for placed in await effect.proofs_of_act(act)])


@get(
    "/v1/ledger/consistency",
    opt={"public": True},
    operation_id="getConsistency",
    summary="Prove that the log only grew",
    tags=TAGS,
)
async def get_consistency(old_size: OldSize, size: Size) -> ConsistencyProof:
    """Prove that the first `size` entries extend the first `old_size`."""
    path = await queries.proof_between(old_size, size)
    return ConsistencyProof(old_size, size, [node.hex() for node in path])
