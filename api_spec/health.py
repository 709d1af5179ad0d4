"""Whether the service is well: for load balancers, operators and anyone who wonders.

A service that refuses acts still answers 200, as `reads-only`: the log, its proofs and its public
files are wanted most when something is wrong with it, and every process on that database is in
the same state, so that a balancer would have nobody left to ask. Only `ill` is a 503.
"""

from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from msgspec import Meta

from oversight.database import run
from oversight.errors import RuleBroken
from oversight.ledger.guard import require_unbroken
from oversight.ledger.queries import entry, head_size, newest_checkpoint
from oversight.values.instants import from_micro_text


class Status(StrEnum):
    """Whether requests are worth sending, and which."""

    WELL = "well"
    READS_ONLY = "reads-only"
    ILL = "ill"


class Health(msgspec.Struct, frozen=True):
    """How the service is; only with status `ill` is the answer a 503, and nothing can be had."""

    status: Annotated[
        Status, Meta(description="`reads-only`: what is there can be read, no act is taken.")
    ]
    version: str
    database: Annotated[bool, Meta(description="The database answers.")]
    log_size: Annotated[int, Meta(description="Entries that have an index.")]
    checkpoint_size: Annotated[int, Meta(description="Entries that a signed checkpoint covers.")]
    takes_acts: Annotated[
        bool,
        Meta(description="False: each act is refused, with `ledger.unbroken` or with no database."),
    ]
    checkpoint_age_seconds: Annotated[
        int, Meta(description="Since the newest covered entry was recorded; -1: no checkpoint.")
    ]


@get(
    "/v1/health",
    opt={"public": True},
    operation_id="getHealth",
    summary="Tell how the service is",
    tags=["operation"],
)
async def get_health(request: Request[Any, Any, Any]) -> Response[Health]:
    """Tell the version, whether the database answers, and how far the newest checkpoint reaches.

    200 with status `well` or `reads-only`: send requests. 503 with `ill`: the database is away. An
    operator is called for whenever the status is not `well`.
    """
    number = version("daylight-oversight")
    try:
        size, newest = await head_size(), await newest_checkpoint()
        goes_on = await _goes_on()
        covered = newest.size if newest else 0
        age = await _age(covered, request.app.state.clock())
    except Exception:
        return Response(Health(Status.ILL, number, False, 0, 0, False, -1), status_code=503)
    status = Status.WELL if goes_on else Status.READS_ONLY
    return Response(Health(status, number, True, size, covered, goes_on, age))


async def _goes_on() -> bool:
    for _ in range(2):  # a log that grows between the two readings looks broken once
        (head,) = await run("SELECT size, root FROM head")
        try:
            await require_unbroken(head["size"], bytes(head["root"]))
        except RuleBroken:
            continue
        return True
    return False


async def _age(covered: int, now: datetime) -> int:
    if covered == 0:
        return -1
    newest = (await entry(covered - 1)).entry()
    return max(0, int((now - from_micro_text(newest.at)).total_seconds()))
