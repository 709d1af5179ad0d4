"""Doors to representatives of the buyer."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from bidding.representative import commands, queries
from bidding.representative.rules import NAME_REPRESENTATIVE, SEE_REPRESENTATIVES
from bidding.representative.schema import (
    RepresentativeForm,
    RepresentativesView,
    RepresentativeView,
)
from oversight.addresses import IdInPath
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion

TAGS = ["ceremony"]


@post(
    "/v1/draws/{draw:str}/representatives",
    opt={"permission": NAME_REPRESENTATIVE},
    operation_id="nameRepresentative",
    summary="Name a representative of the buyer",
    tags=TAGS,
)
async def post_representative(
    draw: IdInPath,
    data: JSONBody[RepresentativeForm],
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> RepresentativeView:
    """Name a member whom the buyer sends, with letter and declaration; the name is sealed, and the
    identity number is kept as a blind index only.
    """
    return await commands.name_representative(actor, draw, data, occasion)


@post(
    "/v1/draws/{draw:str}/representatives/{representative:str}/withdrawal",
    opt={"permission": NAME_REPRESENTATIVE},
    operation_id="withdrawRepresentative",
    summary="Withdraw a representative of the buyer",
    tags=TAGS,
)
async def post_withdrawal(
    draw: IdInPath,
    representative: IdInPath,
    actor: NamedDependency[Actor],
    occasion: NamedDependency[Occasion],
) -> RepresentativeView:
    """Send somebody else."""
    return await commands.withdraw_representative(actor, draw, representative, occasion)


@get(
    "/v1/draws/{draw:str}/representatives",
    opt={"permission": SEE_REPRESENTATIVES},
    operation_id="listRepresentatives",
    summary="Show how many representatives are named",
    tags=TAGS,
)
async def get_representatives(draw: IdInPath, actor: NamedDependency[Actor]) -> RepresentativesView:
    """Show how many are named of how many, with their papers by digest; nobody's name."""
    return await queries.representatives_for(actor, draw)
