"""Canonical JSON (RFC 8785) over the values that we hash and sign, and its strict reader.

The domain is narrow on purpose: text, whole numbers that every JSON reader keeps exactly,
truth values, null, arrays, objects and msgspec Structs. Floats have no place in a log.
"""

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from operator import itemgetter

import msgspec

INTEGER_MAX = 2**53 - 1  # RFC 8785, section 3.2.2.3 with RFC 7493, section 2.2
DEPTH_MAX = 64  # nesting of arrays and objects; our deepest document has fewer than 10

# From U+D800 on, UTF-16 code units and code points sort differently (RFC 8785, section 3.2.3).
FIRST_DIVERGENT = "\ud800"

LEAVES = frozenset({str, bool, type(None)})
ARRAYS = frozenset({list, tuple})
TEXT = frozenset({str})


class NotCanonical(ValueError):  # noqa: N818, a statement about the value, as in errors.py
    """The value or text lies outside our canonical JSON. Its message never quotes the value."""


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of `value`.

    Accepts str, int of at most 53 bits, bool, None, list, tuple, dict with text keys, StrEnum
    members and msgspec Structs of these, nested at most 64 deep.

    Raises:
        NotCanonical: anything else, including every float and every lone surrogate.
    """
    plain_keys = _survey(value, 0)
    try:
        if plain_keys:
            return msgspec.json.encode(value, order="sorted")
        return _encode(msgspec.to_builtins(value)).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds a lone surrogate") from None


def parse_strict(data: bytes) -> object:
    """Read one JSON text that means the same to every reader.

    Refuses what is not UTF-8, duplicate keys, fractions and exponents, integers beyond 53 bits,
    minus zero, lone surrogates, a byte order mark and nesting deeper than 64. White space between
    tokens is allowed: compare with `canonical` where the bytes themselves are signed.

    Raises:
        NotCanonical: one of these, or the text is no JSON.
    """
    try:
        value: object = _READER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotCanonical("not UTF-8") from None
    except RecursionError:
        raise NotCanonical("nested too deep") from None
    except json.JSONDecodeError as error:
        raise NotCanonical(f"not JSON: {error.msg} at character {error.pos}") from None
    _survey(value, 0)
    if b"\\" in data:  # without an escape, UTF-8 cannot hold a surrogate
        _refuse_lone_surrogates(value)
    return value


def _survey(value: object, depth: int) -> bool:
    """Raise NotCanonical for what lies outside the domain; tell whether all keys sort alike."""
    kind = type(value)
    if kind in LEAVES:
        return True
    if kind is int:
        return _is_bounded(value)
    if depth >= DEPTH_MAX:
        raise NotCanonical("nested too deep")
    if kind is dict:
        alike = _keys_sort_alike(value)
        return _survey_all(value.values(), depth + 1) and alike  # type: ignore[attr-defined]
    if isinstance(value, list | tuple) and kind in ARRAYS:
        return _survey_all(value, depth + 1)
    if isinstance(value, msgspec.Struct):
        fields = [getattr(value, name) for name in value.__struct_fields__]
        return _survey_all(fields, depth + 1)
    if isinstance(value, StrEnum):
        return True
    raise NotCanonical(f"{kind.__name__} has no canonical form here")


def _survey_all(items: Iterable[object], depth: int) -> bool:
    alike = True
    for item in items:
        if type(item) not in LEAVES and not _survey(item, depth):
            alike = False
    return alike


def _is_bounded(number: object) -> bool:
    if not -INTEGER_MAX <= number <= INTEGER_MAX:  # type: ignore[operator]
        raise NotCanonical("an integer exceeds 53 bits")
    return True


def _keys_sort_alike(keys: object) -> bool:
    """Tell whether code points and UTF-16 code units put the keys in one order."""
    if not TEXT.issuperset(map(type, keys)):  # type: ignore[call-overload]
        raise NotCanonical("an object has a key that is no text")
    together = "".join(keys)  # type: ignore[arg-type]
    return together.isascii() or max(together) < FIRST_DIVERGENT


def _encode(value: object) -> str:
    """Encode plain values with members in UTF-16 order; the slow way, for keys that need it."""
    if isinstance(value, dict):
        members = sorted(((_utf16(key), key) for key in value), key=itemgetter(0))
        return "{" + ",".join(f"{_encode(key)}:{_encode(value[key])}" for _, key in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_encode, value)) + "]"
    return msgspec.json.encode(value).decode()


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _refuse_lone_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds a lone surrogate") from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotCanonical("an object has the same key twice")
    return members


def _bounded(digits: str) -> int:
    if digits == "-0":
        raise NotCanonical("an integer is written as minus zero")
    if len(digits) > len(str(-INTEGER_MAX)):
        raise NotCanonical("an integer exceeds 53 bits")
    return int(digits)


def _refusing(what: str) -> Callable[[str], float]:
    def refuse(_: str) -> float:
        raise NotCanonical(f"{what} is not allowed")

    return refuse


_READER = json.JSONDecoder(
    object_pairs_hook=_distinct,
    parse_int=_bounded,
    parse_float=_refusing("a fraction or exponent"),
    parse_constant=_refusing("NaN or Infinity"),
)
