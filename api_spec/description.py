"""The published description (OpenAPI 3.1): what the framework derives, finished by the contract.

The framework knows handlers and types. What holds for every door (problems, entity tags,
idempotency, bearer tokens, closed bodies) is added here, once.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api_spec.examples import JSON, add_examples
from api_spec.problems import PROBLEM_JSON, RULE_OF_STATUS, RULES_PAGE
from oversight.authority.rules import Permission
from oversight.wire import ACT_HEADER, ID_PATTERN

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BEARER = "bearer"

SUMMARY_OF_STATUS: Mapping[int, str] = {
    304: "Not modified: the entity tag still names the current form.",
    400: "The request cannot be read; the part at fault is named.",
    401: "No valid bearer token.",
    403: "The person's posts do not carry this act.",
    404: "No such thing, or none that the asker may see.",
    405: "The address does not offer this method.",
    409: "The state does not allow it, or the Idempotency-Key was used for another request.",
    413: "The body is larger than the bound.",
    415: "The body's media type is not read here.",
    422: "A rule of substance is broken, or evidence does not verify.",
    429: "Beyond the rate; ask again later.",
    500: "A fault of the service; nothing was written.",
    503: "Busy or not ready; ask again later.",
}

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags held by the reader; 304 when one is current (RFC 9110).",
    "schema": {"type": "string"},
}
ETAG = {
    "description": "Names this form of the resource.",
    "schema": {"type": "string"},
}
REPLAY = {
    "description": "Present and `true` when an earlier identical request had this answer.",
    "schema": {"type": "string", "enum": ["true"]},
}
ACT = {
    "description": "The act that carried the request out, then or now: "
    "`/v1/ledger/acts/{act}` tells how far it has come. Absent where nothing was put on the log.",
    "schema": {"type": "string", "pattern": ID_PATTERN},
}
SECURITY_SCHEMES = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token or a session token: 256 random bits, held by one person, "
        "with an expiry; only its SHA-256 is stored.",
    }
}


def doors(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Yield path, method and handler of every door, the automatic OPTIONS aside."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield route.path_format, str(method), handler


def described(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Yield the doors that the description shows."""
    return (door for door in doors(app) if door[2].resolve_include_in_schema())


def statuses(method: str, handler: HTTPRouteHandler) -> Iterator[int]:
    """Yield the statuses beside success that a door may answer with."""
    yield from (400, 404, 405, 422, 500, 503)
    if not handler.opt.get("public"):
        yield from (401, 403)
    if method in WRITES:
        yield from (401, 409, 413, 415, 429)
    else:
        yield 304


def _problem_response(status: int) -> dict[str, Any]:
    if status == HTTPStatus.NOT_MODIFIED:
        return {"description": SUMMARY_OF_STATUS[304], "headers": {"ETag": ETAG}}
    return {
        "description": SUMMARY_OF_STATUS[status],
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": _example(status),
            }
        },
    }


def _example(status: int) -> dict[str, Any]:
    rule = RULE_OF_STATUS.get(status)
    if rule is None:
        return {"type": "about:blank", "title": SUMMARY_OF_STATUS[status], "status": status}
    return {
        "type": RULES_PAGE + rule.code,
        "title": rule.demands,
        "status": status,
        "code": rule.code,
        "source": rule.source,
    }


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "A refusal or a failure (RFC 9457), with the rule that was broken.",
    "type": "object",
    "required": ["type", "title", "status"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "description": "Address of the rule in the rulebook."},
        "title": {"type": "string", "description": "What the rule demands."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "The rule's code; never reused."},
        "source": {"type": "string", "description": "Article of law, or document, that says so."},
        "found": {"type": "object", "description": "What was met instead."},
        "needed": {"type": "string", "description": "What would lift the refusal."},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Of a fault: its number in the log."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string"},
                    "key": {"type": "string"},
                    "source": {"type": "string", "enum": ["body", "query", "header", "path"]},
                },
            },
        },
    },
}


def finish(app: Litestar, description: dict[str, Any]) -> dict[str, Any]:
    """Return the framework's description with what holds for every door added, in place."""
    components = description.setdefault("components", {})
    components["securitySchemes"] = SECURITY_SCHEMES
    _describe_types(app, description)
    _rename_pages(description)
    schemas = components["schemas"]
    schemas["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {
        f"Problem{status}": _problem_response(status) for status in SUMMARY_OF_STATUS
    }
    components["parameters"] = {"IfNoneMatch": IF_NONE_MATCH}
    for path, method, handler in described(app):
        operation = description["paths"][path][method.lower()]
        _finish_operation(operation, method, handler)
        add_examples(operation, schemas)
    return description


def _describe_types(app: Litestar, description: dict[str, Any]) -> None:
    """Describe bodies and answers as the decoder reads them.

    The framework loses bounds inside lists and unions; msgspec describes what it decodes.
    """
    places: list[tuple[dict[str, Any], Any]] = []
    for path, method, handler in described(app):
        operation = description["paths"][path][method.lower()]
        places += _typed_places(operation, handler)
    found, components = msgspec.json.schema_components(
        [kind for _, kind in places],
        schema_hook=_any_value,
        ref_template="#/components/schemas/{name}",
    )
    for (media, _), schema in zip(places, found, strict=True):
        media["schema"] = schema
    kept = description["components"].get("schemas", {})
    said = msgspec.json.encode(description["paths"]).decode()
    named = {name: kept[name] for name in kept if f'/schemas/{name}"' in said}
    description["components"]["schemas"] = {**named, **components}


def _typed_places(
    operation: dict[str, Any], handler: HTTPRouteHandler
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield the places of an operation that hold JSON, each with its type."""
    signature = handler.parsed_fn_signature
    body = signature.parameters.get("data")
    media = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body is not None and media is not None:
        yield media, body.raw
    answer = signature.return_type.raw
    if get_origin(answer) is Response:
        answer = get_args(answer)[0]
    for status, response in operation["responses"].items():
        media = response.get("content", {}).get(JSON)
        if status.startswith("2") and media is not None and not _is_foreign(answer):
            yield media, answer


def _any_value(kind: type) -> dict[str, Any]:
    """Describe `object`: any JSON value."""
    if kind is object:
        return {"description": "Any JSON value."}
    raise NotImplementedError(kind)


def _is_foreign(kind: Any) -> bool:
    """Tell a type that msgspec cannot read, such as a streamed answer's."""
    return isinstance(msgspec.inspect.type_info(kind), msgspec.inspect.CustomType)


def _rename_pages(description: dict[str, Any]) -> None:
    """Give generic schemas names that one can say: PageOfPartyView."""
    schemas = description["components"]["schemas"]
    renamed = {}
    for name in [name for name in schemas if name.startswith("Page_")]:
        said = "PageOf" + name.removeprefix("Page_").removesuffix("_")
        schemas[said] = schemas.pop(name)
        renamed[f"#/components/schemas/{name}"] = f"#/components/schemas/{said}"
    _point(description, renamed)


def _point(node: Any, renamed: Mapping[str, str]) -> None:
    if isinstance(node, list):
        for item in node:
            _point(item, renamed)
    elif isinstance(node, dict):
        if "$ref" in node:
            node["$ref"] = renamed.get(node["$ref"], node["$ref"])
        for item in node.values():
            _point(item, renamed)


def _finish_operation(operation: dict[str, Any], method: str, handler: HTTPRouteHandler) -> None:
    responses = operation["responses"]
    for status in statuses(method, handler):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    permission = handler.opt.get("permission")
    operation["security"] = [{BEARER: []}] if permission else []
    operation["description"] = _explained(operation.get("description", ""), permission)
    success = responses[min(code for code in responses if code.startswith("2"))]
    headers = success.setdefault("headers", {})
    if method in WRITES:
        headers["Idempotent-Replay"] = REPLAY
        if "act_untold" not in handler.opt:
            headers[ACT_HEADER] = ACT
        if "reads" in handler.opt:
            operation["requestBody"] = _file_body(handler.opt["reads"])
        operation.get("requestBody", {})["required"] = "requestBody" in operation
    else:
        headers["ETag"] = ETAG
        operation.setdefault("parameters", []).append(
            {"$ref": "#/components/parameters/IfNoneMatch"}
        )
    for parameter in operation.get("parameters", ()):
        _whole_bounds(parameter.get("schema", {}))


def _file_body(kinds: Iterable[str]) -> dict[str, Any]:
    """Describe a body that is a file of one of these media types, taken as it is."""
    return {"content": {kind: {"schema": {"type": "string"}} for kind in kinds}}


def _explained(text: str, permission: Permission | None) -> str:
    if permission is None:
        return f"{text}\n\nOpen to the public."
    posts = ", ".join(sorted(f"`{post}`" for post in permission.posts))
    roles = permission.roles and ", ".join(sorted(f"`{role}`" for role in permission.roles))
    return (
        f"{text}\n\nPermission `{permission.act}` ({permission.label_zh}, {permission.label_en}): "
        f"posts {posts}; parties of role {roles or 'any'}."
    )


def _whole_bounds(node: Any) -> None:
    """Write whole bounds as integers: the framework gives 100.0 for 100."""
    if isinstance(node, list):
        for item in node:
            _whole_bounds(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        bound = key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        if bound and isinstance(value, float) and value.is_integer():
            node[key] = int(value)
        else:
            _whole_bounds(value)


def query_parameters(description: dict[str, Any]) -> dict[tuple[str, str], dict[str, bool]]:
    """Return, per path and method, each query parameter and whether it may repeat."""
    return {
        (path, method.upper()): {
            parameter["name"]: "array" in str(parameter["schema"].get("type", ""))
            for parameter in operation.get("parameters", ())
            if parameter.get("in") == "query"
        }
        for path, item in description["paths"].items()
        for method, operation in item.items()
    }
