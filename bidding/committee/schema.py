"""What travels over HTTP about committees."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.committee.rules import LOTS_MAX, SIZE_MAX, Body
from oversight.values.money import Sum
from oversight.wire import Id, Label


class CommitteeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body to be formed: for which tender and lots, under which edition, how composed."""

    tender: Annotated[Label, Meta(description="Opaque identifier of the procurement case.")]
    lots: Annotated[list[Label], Meta(min_length=1, max_length=LOTS_MAX)]
    body: Body = Body.EVALUATION_COMMITTEE
    rulebook: Annotated[Label, Meta(description="Edition under which the case began.")]
    size: Annotated[int, Meta(ge=1, le=SIZE_MAX, description="Members, representatives included.")]
    representatives: Annotated[
        int, Meta(ge=0, le=SIZE_MAX, description="Members whom the buyer sends.")
    ] = 0
    budget: Annotated[
        Sum | None, Meta(description="Budget of the lots together; decides on the size.")
    ] = None
    demanding: Annotated[
        bool, Meta(description="Technically complex, or of large social impact.")
    ] = False
    predecessor: Annotated[Id | None, Meta(description="Committee whose place this one takes.")] = (
        None
    )


class CommitteeView(msgspec.Struct, frozen=True):
    """A body as it was formed."""

    id: str
    tender: str
    lots: list[str]
    body: str
    number: int
    predecessor: str | None
    rulebook: str
    size: int
    representatives: int
    party: str
    act: str
    advice: list[str] = []  # figures missed that do not refuse: unconfirmed or local
