"""Doors to committees."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from bidding.committee import commands, queries
from bidding.committee.rules import FORM_COMMITTEE, READ_COMMITTEE
from bidding.committee.schema import CommitteeForm, CommitteeView
from oversight.addresses import Cursor, IdInPath, Limit
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.wire import PAGE_LIMIT, Page

Tender = Annotated[
    str, QueryParameter(min_length=1, max_length=200, description="The procurement case.")
]
TAGS = ["committees"]


@post(
    "/v1/committees",
    opt={"permission": FORM_COMMITTEE},
    operation_id="formCommittee",
    summary="Form a committee",
    tags=TAGS,
)
async def post_committee(
    data: JSONBody[CommitteeForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> CommitteeView:
    """Form a body for a tender and its lots. Size and mix are judged by the edition; a second
    body for the same lot names its predecessor.
    """
    return await commands.form_committee(actor, data, occasion)


@get(
    "/v1/committees",
    opt={"permission": READ_COMMITTEE},
    operation_id="listCommittees",
    summary="List a tender's committees",
    tags=TAGS,
)
async def get_committees(
    tender: Tender, cursor: Cursor = "", limit: Limit = PAGE_LIMIT
) -> Page[CommitteeView]:
    """List every body that was formed for a tender, oldest first."""
    return await queries.committees_of(tender, cursor, limit)


@get(
    "/v1/committees/{committee:str}",
    opt={"permission": READ_COMMITTEE},
    operation_id="getCommittee",
    summary="Show a committee",
    tags=TAGS,
)
async def get_committee(committee: IdInPath) -> CommitteeView:
    """Show how a body was formed."""
    return await queries.committee(committee)
