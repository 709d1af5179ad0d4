"""Public doors for experts, who hold a link or a code, and for the gateway, which signs.

No answer names its act: an act leads to its entries, and these to the committee and the tender.
"""

from typing import Annotated, Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from bidding.gateway.queries import gateway_key
from bidding.gateway.rules import check_signature
from bidding.reply import commands
from bidding.reply.schema import (
    Asked,
    OfferView,
    Reply,
    ReplyReceipt,
    Report,
    ReportReceipt,
)
from oversight.idempotency.requests import Occasion

Sent = Annotated[
    int,
    HeaderParameter(
        name="Daylight-Timestamp", ge=0, le=2**40, description="POSIX second of signing."
    ),
]
Signed = Annotated[
    str,
    HeaderParameter(
        name="Daylight-Signature",
        pattern=r"^[0-9a-f]{64}$(?!\n)",
        description="HMAC-SHA256 over timestamp, full stop and body, under the shared key, as hex.",
    ),
]
TAGS = ["contact"]


@post(
    "/v1/answers/offers",
    opt={"public": True, "act_untold": True},
    operation_id="showOffer",
    summary="Show what a link or a code is for",
    tags=TAGS,
    status_code=200,
)
async def post_offer(
    request: Request[Any, Any, Any], data: JSONBody[Asked], occasion: NamedDependency[Occasion]
) -> OfferView:
    """Tell an expert who holds a link or a code what he is invited to, as far as may be told."""
    return await commands.offer(data.secret, _source(request), occasion.clock())


@post(
    "/v1/answers",
    opt={"public": True, "act_untold": True},
    operation_id="answerInvitation",
    summary="Answer an invitation",
    tags=TAGS,
)
async def post_answer(
    request: Request[Any, Any, Any], data: JSONBody[Reply], occasion: NamedDependency[Occasion]
) -> ReplyReceipt:
    """Accept, decline, or ask for leave after accepting (请假). A link or a code answers once."""
    return await commands.answer(data, _source(request), occasion)


@post(
    "/v1/gateway/reports",
    opt={"public": True, "act_untold": True},
    operation_id="reportMessage",
    summary="Report what became of a message",
    tags=TAGS,
)
async def post_report(
    request: Request[Any, Any, Any],
    data: JSONBody[Report],
    occasion: NamedDependency[Occasion],
    sent: Sent,
    signed: Signed,
) -> ReportReceipt:
    """Take the gateway's signed word: delivered, no answer, a number that takes nothing, a key."""
    body = await request.body()
    check_signature(gateway_key(), sent, body, signed, occasion.clock())
    return await commands.take_report(data, occasion)


def _source(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""
