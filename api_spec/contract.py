"""Strict request bodies: what the published description forbids is refused, and nothing more.

The framework reads JSON laxly (`"5"` for 5, the last of two equal keys, any media type), and
answers text that is not UTF-8 or nested too deep with a 500. This decoder stands in its place.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import msgspec
from litestar.dto import AbstractDTO
from litestar.exceptions import ClientException, ValidationException

DEPTH_MAX = 32  # levels of arrays and objects
DIGITS_MAX = 30


class UnsupportedMediaType(ClientException):
    """The body is of a kind that the door does not read."""

    status_code = 415


class Unreadable(ClientException):
    """The body is not JSON as RFC 8259 and this contract have it."""

    status_code = 400


def _number(text: str) -> int | Decimal:
    """Read a number exactly; 5.0 is 5 in JSON Schema, so integral values stay integers."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable("a number is out of bounds") from None
    if not number.is_finite() or abs(number.adjusted()) > DIGITS_MAX:
        raise Unreadable("a number is out of bounds")
    return int(number) if number == number.to_integral_value() else number


def _constant(text: str) -> Any:
    raise Unreadable(f"{text} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return found


def _check(value: Any, depth: int = 0) -> None:
    """Refuse nesting beyond the bound, U+0000 and lone surrogates anywhere."""
    if depth > DEPTH_MAX:
        raise Unreadable("nested too deep")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= mark <= "\udfff" for mark in value):
            raise Unreadable("text holds U+0000 or half a surrogate pair")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text, read strictly.

    Raises:
        Unreadable: not UTF-8, not JSON, equal keys, numbers out of bounds, nested too deep.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None
    _check(value)
    return value


class Disagreeing(ValidationException):
    """Every field has its shape, but together they break a rule of the body's own."""

    status_code = 422


class StrictBody(AbstractDTO[Any]):
    """Application-level DTO: decode a JSON body straight into the annotated type, strictly."""

    _annotations: ClassVar[dict[str, Any]] = {}

    @classmethod
    def is_supported_model_type_field(cls, field_definition: Any) -> bool:
        """Take every parameter called `data`, and no answer."""
        return bool(field_definition.name == "data")

    @classmethod
    def create_for_field_definition(
        cls, field_definition: Any, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Remember which type the handler reads."""
        cls._annotations[handler_id] = field_definition.raw

    @classmethod
    def create_openapi_schema(
        cls, field_definition: Any, handler_id: str, schema_creator: Any
    ) -> Any:
        """Describe the annotated type itself."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        """Name no fields: the type is decoded whole."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: Any) -> bool:
        """Say no: the type is decoded whole."""
        return False

    def decode_builtins(self, value: Any) -> Any:
        """Leave forms to the handler's own signature."""
        return value

    def decode_bytes(self, value: bytes) -> Any:
        """Return the body as the handler's type.

        Raises:
            UnsupportedMediaType: the body does not say that it is JSON.
            Unreadable: it is not JSON.
            ValidationException: it is JSON of another shape; the place is named.
            Disagreeing: its fields break a rule together.
        """
        if not is_json(self.asgi_connection.headers.get("content-type", "")):
            raise UnsupportedMediaType("Content-Type must be application/json")
        kind = self._annotations[self.asgi_connection.route_handler.handler_id]
        try:
            return msgspec.convert(read_json(value), kind, strict=True, str_keys=True)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            key = path.rstrip("`").lstrip(".")
            wrong = {"message": message, "key": key, "source": "body"}
            # a check of the type's own stands behind an error that has a cause
            failure = Disagreeing if error.__cause__ is not None else ValidationException
            raise failure(detail="body", extra=[wrong]) from error


def is_json(content_type: str) -> bool:
    """Say whether a Content-Type header names JSON."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def open_structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the Structs inside a request body's type that would swallow unknown fields."""
    for node in _nodes(msgspec.inspect.type_info(kind)):
        if isinstance(node, msgspec.inspect.StructType) and not node.forbid_unknown_fields:
            yield node.cls


def _nodes(node: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    cls = getattr(node, "cls", None)
    if cls is not None and cls in seen:
        return
    yield node
    seen = seen | {cls} if cls is not None else seen
    if isinstance(node, msgspec.inspect.StructType):
        for field in node.fields:
            yield from _nodes(field.type, seen)
    for name in ("item_type", "key_type", "value_type", "type"):
        if isinstance(inner := getattr(node, name, None), msgspec.inspect.Type):
            yield from _nodes(inner, seen)
    for name in ("types", "item_types"):
        for inner in getattr(node, name, ()):
            yield from _nodes(inner, seen)
