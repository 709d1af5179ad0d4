"""Failures → problem details (RFC 9457); the only place that knows status codes of failures.

Every problem names its rule: `type` and `code` lead to the rulebook, `source` to the article,
`found` says what was met and `needed` what would lift the refusal. A fault of ours says nothing
but a number under which the operator finds it in the log.
"""

import logging
import re
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from oversight.ambient import new_id
from oversight.errors import Ground, ProofRejected, Rule, RuleBroken

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 1
RULES_PAGE = "/v1/rulebook/rules#"
_WIRE = "design: statuses"

log = logging.getLogger("daylight.faults")

# The HTTP layer's own words, where it has no other way to tell one cause from another.
_MISSING = re.compile(r"Missing required (\w+) parameter '([\w-]+)'")
# What it quotes of a body: whoever errs may have put a person's number there.
_QUOTED = re.compile(r"(Invalid enum value) .*?(?= - at |$)", re.DOTALL)
_VANISHED = "client disconnected prematurely"  # in the middle of a body: no fault of ours

STATUS_OF_GROUND: Mapping[Ground, int] = {
    Ground.MALFORMED: 400,
    Ground.UNAUTHENTICATED: 401,
    Ground.FORBIDDEN: 403,
    Ground.ABSENT: 404,
    Ground.CONFLICT: 409,
    Ground.STALE: 412,
    Ground.TOO_LARGE: 413,
    Ground.UNSUPPORTED: 415,
    Ground.UNLAWFUL: 422,
    Ground.UNCONDITIONAL: 428,
    Ground.TOO_MANY: 429,
    Ground.BUSY: 503,
}

REQUEST_READABLE = Rule(
    "wire.request_readable",
    "A request has the shape that the published description gives it.",
    _WIRE,
    Ground.MALFORMED,
)
CREDENTIALS_VALID = Rule(
    "wire.credentials_valid",
    "A request to a closed door carries a bearer token that is known, current and not revoked.",
    _WIRE,
    Ground.UNAUTHENTICATED,
)
DOOR_OPEN = Rule("wire.door_open", "The door is open to who asks.", _WIRE, Ground.FORBIDDEN)
DOOR_EXISTS = Rule("wire.door_exists", "The address names something.", _WIRE, Ground.ABSENT)
METHOD_OFFERED = Rule(
    "wire.method_offered", "The address offers the method.", _WIRE, Ground.UNSUPPORTED
)
BODY_BOUNDED = Rule(
    "wire.body_bounded",
    "A request body stays within the published bound.",
    _WIRE,
    Ground.TOO_LARGE,
)
MEDIA_READ = Rule(
    "wire.media_read",
    "A request body has a media type that the door reads.",
    _WIRE,
    Ground.UNSUPPORTED,
)
FIELDS_AGREE = Rule(
    "wire.fields_agree",
    "The fields of a request body, each of its shape, keep the body's own rules together.",
    _WIRE,
    Ground.UNLAWFUL,
)
PROOF_HOLDS = Rule(
    "wire.proof_holds",
    "Evidence that a request carries (a signature, a proof) verifies.",
    _WIRE,
    Ground.UNLAWFUL,
)

RULE_OF_STATUS: Mapping[int, Rule] = {
    400: REQUEST_READABLE,
    401: CREDENTIALS_VALID,
    403: DOOR_OPEN,
    404: DOOR_EXISTS,
    405: METHOD_OFFERED,
    413: BODY_BOUNDED,
    415: MEDIA_READ,
    422: FIELDS_AGREE,
}


class FieldError(msgspec.Struct, omit_defaults=True):
    """One part of a request that cannot be read."""

    message: str
    key: str = ""  # the field or parameter; empty: the whole
    source: str = ""  # body, query, header, path


class Problem(msgspec.Struct, omit_defaults=True):
    """A refusal or a failure (RFC 9457), with the rule that was broken."""

    type: str  # address of the rule in the rulebook
    title: str  # what the rule demands
    status: int
    code: str = ""  # the rule's code
    source: str = ""  # article of law or document that says so
    found: dict[str, Any] = {}  # what was met instead
    needed: str = ""  # what would lift the refusal
    detail: str = ""
    instance: str = ""  # of a fault: the number under which the operator finds it
    errors: list[FieldError] = []


def _of_rule(rule: Rule, status: int, **more: Any) -> Problem:
    return Problem(
        RULES_PAGE + rule.code, rule.demands, status, code=rule.code, source=rule.source, **more
    )


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    return Response(
        problem, status_code=problem.status, headers=headers or {}, media_type=PROBLEM_JSON
    )


def _headers_of(status: int) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="daylight"'}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}


def problem_of_refusal(error: RuleBroken) -> Problem:
    """Return a refusal as a problem: the rule, its source, what was found, what is needed."""
    found = msgspec.to_builtins(error.found, enc_hook=str, str_keys=True)
    status = STATUS_OF_GROUND[error.rule.ground]
    return _of_rule(error.rule, status, found=found, needed=error.needed)


def refuse(_: Request[Any, Any, Any], error: RuleBroken) -> Response[Problem]:
    """Render a refusal."""
    problem = problem_of_refusal(error)
    return _answer(problem, _headers_of(problem.status))


def reject(_: Request[Any, Any, Any], error: ProofRejected) -> Response[Problem]:
    """Render evidence that does not verify."""
    return _answer(_of_rule(PROOF_HOLDS, 422, detail=str(error)))


def _errors_of(error: HTTPException) -> list[FieldError]:
    extra = error.extra if isinstance(error, ValidationException) else None
    parts = extra if isinstance(extra, list) else []
    if missing := _MISSING.match(error.detail):
        parts = [{"message": "is missing", "key": missing[2], "source": missing[1]}]
    return [_field_error(part) for part in parts if isinstance(part, dict)]


def _field_error(part: Mapping[str, Any]) -> FieldError:
    fields = FieldError.__struct_fields__
    named = {k: str(getattr(v, "value", v)) for k, v in part.items() if k in fields}
    named["message"] = _QUOTED.sub(r"\1", named.get("message", ""))
    if named.get("source") == "header":  # the layer says the name that Python code gives it
        named["key"] = named["key"].replace("_", "-").title()
    return FieldError(**named)


def decline(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Render what the HTTP layer itself refuses: an unknown address, a bad parameter, …"""
    status = 400 if error.detail == _VANISHED else error.status_code
    rule = RULE_OF_STATUS.get(status)
    if rule is None:
        return fault(request, error)
    errors = _errors_of(error)
    # the layer's own text of a 400 may repeat the whole query string
    detail = "" if status == HTTPStatus.BAD_REQUEST and errors else _plain(error)
    headers = {**(error.headers or {}), **_headers_of(status)}
    return _answer(_of_rule(rule, status, detail=detail, errors=errors), headers)


def _plain(error: HTTPException) -> str:
    ours = type(error).__module__.startswith("api_spec") or error.status_code in (405, 413)
    return error.detail if ours else ""


def fault(_: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer a fault of ours without a word of it; the log has it under the same number."""
    number = new_id()
    log.error("fault %s\n%s", number, _without_values(error))
    title = "The service failed; nothing was written."
    return _answer(Problem("about:blank", title, 500, instance=f"urn:uuid:{number}"))


def _without_values(error: BaseException) -> str:
    """Return kinds and places of an error and of what it came from.

    Messages stay out, because those of a database quote the row: only our own assertions, which
    name nobody, keep theirs.
    """
    told, seen = [], [error]
    while seen:
        one = seen.pop()
        message = f": {one}" if isinstance(one, AssertionError) else ""
        places = "".join(traceback.format_tb(one.__traceback__))
        told.append(f"{type(one).__name__}{message}\n{places}")
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        seen += [before] if before is not None else []
    return "which came from\n".join(told)


EXCEPTION_HANDLERS: Mapping[int | type[Exception], Any] = {
    RuleBroken: refuse,
    ProofRejected: reject,
    HTTPException: decline,
    Exception: fault,
}
