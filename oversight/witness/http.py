"""A cosigner's door: C2SP tlog-witness over HTTP, an application apart from the service's.

    POST <prefix>/add-checkpoint
    GET  <prefix>/<hex SHA-256 of the origin>/checkpoint

Nobody signs in: a submission is judged by the log's signature. No address of a sender is kept.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import MutableScopeHeaders, State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import Message, Scope

from oversight.publication.paths import ANYBODY
from oversight.witness.commands import Answer
from oversight.witness.rules import REQUEST_BYTES_MAX, Outcome

logger = logging.getLogger("daylight.witness")

TEXT, SIZE = "text/plain", "text/x.tlog.size"
PROTECTIVE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
RETRY_SECONDS = "2"
STATUS = {
    Outcome.COSIGNED: HTTPStatus.OK,
    Outcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    Outcome.BACKWARD: HTTPStatus.BAD_REQUEST,
    Outcome.UNSIGNED: HTTPStatus.FORBIDDEN,
    Outcome.UNKNOWN_LOG: HTTPStatus.NOT_FOUND,
    Outcome.STALE: HTTPStatus.CONFLICT,
    Outcome.INCONSISTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Outcome.NOT_NOW: HTTPStatus.SERVICE_UNAVAILABLE,
}

Submit = Callable[[bytes], Answer]  # may take long: it is called in a thread
Latest = Callable[[str], str | None]  # the note of the log with this origin hash


@post("/add-checkpoint", status_code=HTTPStatus.OK)
async def add_checkpoint(request: Request[Any, Any, Any], state: State) -> Response[str]:
    """Cosign a checkpoint that extends the one cosigned before."""
    answer: Answer = await asyncio.to_thread(state.submit, await request.body())
    logger.info("add-checkpoint: %s", answer.outcome)
    text, headers = f"{answer.outcome}\n", {}
    if answer.outcome is Outcome.COSIGNED:
        text = answer.lines
    elif answer.outcome is Outcome.STALE:
        # Clients compare the whole value: no charset behind it.
        text, headers = f"{answer.size}\n", {"content-type": SIZE}
    elif answer.outcome is Outcome.NOT_NOW:
        headers = {"Retry-After": RETRY_SECONDS}
    status = STATUS[answer.outcome]
    return Response(text, status_code=status, media_type=TEXT, headers=headers)


@get("/{hashed:str}/checkpoint")
async def get_checkpoint(hashed: FromPath[str], state: State) -> Response[str]:
    """Give the checkpoint of a log that was cosigned last, under both signatures."""
    note = await asyncio.to_thread(state.latest, hashed)
    if note is None:
        return Response("not found\n", status_code=HTTPStatus.NOT_FOUND, media_type=TEXT)
    return Response(note, media_type=TEXT, headers=ANYBODY)


def create_cosigner_app(
    submit: Submit,
    latest: Latest,
    prefix: str = "",
    more: Sequence[HTTPRouteHandler] = (),
    lifespan: Sequence[Callable[[Litestar], AbstractAsyncContextManager[None]]] = (),
) -> Litestar:
    """Return the application of a cosigner, with `more` doors of a mirror's."""
    return Litestar(
        path=prefix or "/",
        route_handlers=[add_checkpoint, get_checkpoint, *more],
        lifespan=list(lifespan),
        request_max_body_size=REQUEST_BYTES_MAX,
        state=State({"submit": submit, "latest": latest}),
        before_send=[_protect],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


async def _protect(message: Message, _: Scope) -> None:
    """Add the headers that an answer does not set itself."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in PROTECTIVE.items():
            headers.setdefault(name, value)


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
    """Answer what never reached a door: no such path or method, a body that is too long."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    headers = error.headers or {}
    return Response(f"{phrase}\n", status_code=error.status_code, media_type=TEXT, headers=headers)


def _failed(_: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """Answer a fault of ours; the log names its place, never what was sent."""
    logger.error("fault: %s", type(error).__name__, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Response("internal server error\n", status_code=status, media_type=TEXT)
