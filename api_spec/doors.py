"""What stands at every door: who asks, under which key, and whether the door may exist at all."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import HeaderParameter

from api_spec.contract import is_json, open_structs, read_json
from api_spec.description import WRITES, doors
from api_spec.problems import CREDENTIALS_VALID
from api_spec.replies import ACT_STATE, allow
from oversight.authority.rules import Actor, require
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion, Once, Replayed
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.wire import ACT_HEADER

Connection = ASGIConnection[Any, Any, Any, Any]

PUBLIC = "public"  # stands for the actor where nobody needs to be known


class UnsafeToStart(Exception):  # noqa: N818 - named as the sentence it makes
    """The application would be unsafe; it refuses to start."""


def require_safe(app: Litestar) -> None:
    """Refuse to start while a door is left open by omission, or assertions are stripped.

    An assertion says that we are wrong, before anything is written; without it we would go on.
    Every door names a permission or the public, never both; every write takes an occasion (and
    so the Idempotency-Key); no request body swallows unknown fields.
    """
    if sys.flags.optimize:
        raise UnsafeToStart("assertions are stripped: start without -O and PYTHONOPTIMIZE")
    for path, method, handler in doors(app):
        name = f"{method} {path}"
        if len({"permission", "public"} & handler.opt.keys()) != 1:
            raise UnsafeToStart(f"{name} must declare a permission or public=True")
        if method in WRITES:
            _require_safe_write(name, handler)


def _require_safe_write(name: str, handler: HTTPRouteHandler) -> None:
    parameters = handler.parsed_fn_signature.parameters
    if "occasion" not in parameters:
        raise UnsafeToStart(f"{name} writes without an occasion")
    body = parameters.get("data")
    loose = [] if body is None else [kind.__name__ for kind in open_structs(body.raw)]
    if loose:
        raise UnsafeToStart(f"{name} reads {', '.join(loose)}, which swallow unknown fields")


def bearer_token(connection: Connection) -> str:
    """Return the token of the Authorization header.

    Raises:
        RuleBroken: CREDENTIALS_VALID, when there is none of the scheme Bearer.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RuleBroken(CREDENTIALS_VALID, needed="Authorization: Bearer <token>")
    return token.strip()


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let through who may: the guard of the whole application."""
    if connection.scope.get("method") == "OPTIONS" or handler.opt.get("public"):
        return
    now = connection.app.state.clock()
    actor = await identity.actor_of_token(bearer_token(connection), now)
    if actor is None:
        raise RuleBroken(CREDENTIALS_VALID, needed="a token that is current and not revoked")
    require(actor, handler.opt["permission"])
    connection.scope["user"] = actor


def known_query(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse query parameters that the description does not have, unlawful repetition, U+0000."""
    if not connection.scope.get("query_string"):
        return
    door = (connection.scope["path_template"], connection.scope.get("method"))
    known = connection.app.state.query_parameters.get(door)
    if known is None:
        return
    seen = connection.query_params
    wrong = [_wrong(key, "unknown query parameter") for key in seen if key not in known]
    wrong += [
        _wrong(key, "query parameter given more than once")
        for key in seen
        if known.get(key) is False and len(seen.getall(key)) > 1
    ]
    wrong += [_wrong(key, "text holds U+0000") for key, text in seen.multi_items() if "\0" in text]
    if wrong:
        raise ValidationException(detail="query", extra=wrong)


def _wrong(key: str, message: str) -> dict[str, str]:
    return {"message": message, "key": key[:100], "source": "query"}


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Return who was admitted."""
    actor = request.scope["user"]
    assert isinstance(actor, Actor), "a public door has no actor"
    return actor


async def provide_occasion(
    request: Request[Any, Any, Any],
    idempotency_key: Annotated[
        str,
        HeaderParameter(
            name="Idempotency-Key",
            min_length=8,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$(?!\n)",
            description="Chosen by the client, fresh for every write and the same for its "
            "repetitions: the same key and request have the same answer, once carried out.",
        ),
    ],
) -> Occasion:
    """Return when, and under which request, somebody acts."""
    actor = request.scope.get("user")
    who = actor.person if isinstance(actor, Actor) else PUBLIC
    door = f"{request.method} {request.scope['path_template']}"
    tell: Callable[[str], None] = partial(request.scope["state"].__setitem__, ACT_STATE)
    if "act_untold" in request.route_handler.opt:
        tell = _to_nobody
    once = Once(who, door, idempotency_key, await request_digest(request), tell)
    return Occasion(clock=request.app.state.clock, once=once)


def _to_nobody(_: str) -> None:
    """Tell nobody: an act leads to its entries, and these to the case."""


async def request_digest(request: Request[Any, Any, Any]) -> bytes:
    """Return the keyed digest that tells one request from another: address and body.

    A JSON body counts by its value, so that a repetition may be spelled otherwise. The digest is
    kept, and a body may hold little beside an identity number: without the key it could be found
    by trying all of them.
    """
    body = await request.body()
    if body and is_json(request.headers.get("content-type", "")):
        body = msgspec.json.encode(read_json(body), order="sorted")
    address = request.scope["path"].encode() + b"?" + request.scope.get("query_string", b"")
    told = hashlib.sha256(hashlib.sha256(address).digest() + body)
    return ring().blind.index("request", told.hexdigest())


def replay(request: Request[Any, Any, Any], earlier: Replayed) -> Response[bytes]:
    """Repeat the answer that an earlier identical request had."""
    handler = request.route_handler
    status = handler.status_code if isinstance(handler, HTTPRouteHandler) else 200
    act = {} if "act_untold" in handler.opt else {ACT_HEADER: earlier.act}
    return Response(
        earlier.answer,
        status_code=status,
        headers={"Idempotent-Replay": "true", **act},
        media_type="application/json",
    )


def allowed_methods(routes: Iterable[tuple[str, str, HTTPRouteHandler]]) -> dict[str, str]:
    """Return the Allow header of each path: the framework's OPTIONS names one handler's only."""
    methods: dict[str, set[str]] = {}
    for path, method, _ in routes:
        methods.setdefault(path, {"OPTIONS"}).add(method)
    return {path: allow(found) for path, found in methods.items()}
