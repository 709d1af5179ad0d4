"""What every answer carries: entity tags on reads, protective headers, an access log line."""

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from oversight.wire import ACT_HEADER

access = logging.getLogger("daylight.access")

ACT_STATE = "daylight_act"  # where a request's state keeps the act that answered

CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"
PROTECTIVE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": CLOSED_POLICY,
    "Cache-Control": "no-cache",
}


async def protect(message: Message, scope: Scope) -> None:
    """Add the protective headers that an answer does not set itself."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in PROTECTIVE_HEADERS.items():
        if name not in headers:
            headers[name] = value
    if "user" in scope and scope["user"] is not None:
        headers["Cache-Control"] = "private, no-cache"
        headers["Vary"] = "Authorization"


async def name_act(message: Message, scope: Scope) -> None:
    """Name the act that carried a write out; a refusal has none, whatever was tried."""
    if message["type"] != "http.response.start" or message["status"] >= HTTPStatus.BAD_REQUEST:
        return
    if act := scope["state"].get(ACT_STATE):
        MutableScopeHeaders.from_message(message)[ACT_HEADER] = act


async def correct_allow(message: Message, scope: Scope) -> None:
    """Name every method of the path wherever some are named, not one handler's alone."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    if scope.get("method") == "OPTIONS":
        app: Any = scope["litestar_app"]
        if allowed := app.state.allowed_methods.get(scope.get("path_template", "")):
            headers["Allow"] = allowed
    elif message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = allow(headers.get("allow", "").split(", "))


def allow(methods: Iterable[str]) -> str:
    """Return the Allow header of a path that offers these; the server adds HEAD to every GET."""
    found = set(methods)
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))


def entity_tag(body: bytes) -> str:
    """Return the strong entity tag of these bytes (RFC 9110, section 8.8.3)."""
    return '"' + hashlib.sha256(body).hexdigest()[:32] + '"'


def names(header: str, tag: str) -> bool:
    """Say whether an If-None-Match header names the tag; weak comparison, as it demands."""
    held = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in held or "*" in held


class EntityTags:
    """ASGI middleware: tag whole 200 answers to GET, and answer 304 where the reader has them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold an answer's start back until its first body shows that it is whole."""
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def tagging(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
                held.append(message)
                return
            if held:
                start = held.pop()
                if not message.get("more_body"):
                    message = _tag(start, message, scope)
                await send(start)
            await send(message)

        await self.app(scope, receive, tagging)


def _tag(start: Message, body: Message, scope: Scope) -> Message:
    """Tag the start of a whole answer; make it a 304 where the reader holds the tag."""
    tag = entity_tag(body.get("body", b""))  # type: ignore[arg-type]
    headers = MutableScopeHeaders.from_message(start)
    headers["ETag"] = tag
    if not names(Headers.from_scope(scope).get("if-none-match", ""), tag):
        return body
    start["status"] = HTTPStatus.NOT_MODIFIED.value  # type: ignore[typeddict-unknown-key]
    for name in ("content-length", "content-type"):
        if name in headers:
            del headers[name]
    return {"type": "http.response.body", "body": b"", "more_body": False}


class AccessLog:
    """ASGI wrapper: one line a request with method, door, status and time; nobody's data.

    The door is the path's template, so no identifier and no query string reaches the log.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass everything on, and remember the status."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def noting(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            door = scope.get("path_template") or "(no door)"
            milliseconds = (time.perf_counter() - begun) * 1000
            access.info("%s %s %d %.1f ms", scope["method"], door, status, milliseconds)
