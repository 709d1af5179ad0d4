"""Doors to the rulebook: every rule, permission and figure, public.

Which rules and permissions there are is known only where everything is assembled; the
application puts them into its state under these names.
"""

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import PathParameter

from oversight.configuration import settings
from oversight.rulebook.rules import edition
from oversight.rulebook.schema import (
    EditionView,
    PermissionView,
    RuleView,
    edition_view,
    rule_view,
)
from oversight.wire import Page

NameInPath = Annotated[
    str, PathParameter(pattern=r"^[A-Za-z0-9-]{1,40}$(?!\n)", description="For example T-2025.")
]
TAGS = ["rulebook"]


@get(
    "/v1/rulebook/rules",
    opt={"public": True},
    operation_id="listRules",
    summary="List the rules",
    tags=TAGS,
)
async def get_rules(request: Request[Any, Any, Any]) -> Page[RuleView]:
    """List every rule that can refuse an act; the code is the fragment of a problem's type."""
    return Page([rule_view(rule) for rule in request.app.state.rules])


@get(
    "/v1/rulebook/permissions",
    opt={"public": True},
    operation_id="listPermissions",
    summary="List the permissions",
    tags=TAGS,
)
async def get_permissions(request: Request[Any, Any, Any]) -> Page[PermissionView]:
    """List every act with the posts and roles that carry it."""
    return Page(
        [
            PermissionView(
                each.act,
                each.label_zh,
                each.label_en,
                sorted(each.posts),
                sorted(each.roles or ()),
            )
            for each in request.app.state.permissions
        ]
    )


@get(
    "/v1/rulebook/editions",
    opt={"public": True},
    operation_id="listEditions",
    summary="List the editions in force",
    tags=TAGS,
)
async def get_editions() -> Page[EditionView]:
    """List the editions in force here, each figure with source and confidence."""
    return Page([edition_view(edition(name)) for name in settings().editions])


@get(
    "/v1/rulebook/editions/{name:str}",
    opt={"public": True},
    operation_id="getEdition",
    summary="Show an edition",
    tags=TAGS,
)
async def get_edition(name: NameInPath) -> EditionView:
    """Show one edition, in force here or not."""
    return edition_view(edition(name))
