"""Every way to spoil one place of a JSON document, one at a time.

Each leaf is turned, replaced by every other type, or left out; each list loses, repeats, swaps
and gains; each object gains a field. What comes out is a different document, or the same one
written differently.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

Path = tuple[str | int, ...]
Change = tuple[str, Path]

FOREIGN = (None, True, 0, -1, 2**53, 1.5, "", "x", [], {}, "\ud800")


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value, the document itself first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from places(inner, (*path, place))


def at(value: Any, path: Path) -> Any:
    """Return what stands at a path."""
    for key in path:
        value = value[key]
    return value


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def turned(leaf: Any) -> Iterator[tuple[str, Any]]:
    """Yield a leaf's near misses: same type, other value, or other spelling."""
    if isinstance(leaf, bool) or leaf is None:
        return
    if isinstance(leaf, int):
        yield from (("one more", leaf + 1), ("one less", leaf - 1), ("far", leaf + 1000))
    if isinstance(leaf, str):
        yield from (("longer", leaf + "0"), ("spaced", leaf + " "), ("line", leaf + "\n"))
        if leaf:
            yield from (("shorter", leaf[:-1]), ("upper", leaf.upper()))
            for where in sorted({0, len(leaf) // 2, len(leaf) - 1}):
                other = "1" if leaf[where] != "1" else "2"
                yield f"turned at {where}", leaf[:where] + other + leaf[where + 1 :]


def spoiled(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield what was done and the spoiled document, over every place and every way."""
    for path in places(document):
        here, said = at(document, path), "/".join(map(str, path))
        for new in FOREIGN:
            if new != here or type(new) is not type(here):
                yield f"{said} := {new!r}", changed(document, path, new)
        if isinstance(here, dict):
            yield f"{said} + field", changed(document, path, {**here, "added": 1})
            for key in here:
                rest = {name: inner for name, inner in here.items() if name != key}
                yield f"{said} - {key}", changed(document, path, rest)
        elif isinstance(here, list):
            for name, new in _relisted(here):
                yield f"{said} {name}", changed(document, path, new)
        else:
            for name, new in turned(here):
                if new == here:
                    continue
                yield f"{said} {name}", changed(document, path, new)


def _relisted(items: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    for place in range(len(items)):
        yield f"without {place}", items[:place] + items[place + 1 :]
        yield f"with {place} twice", [*items[: place + 1], *items[place:]]
        if place and items[place] != items[place - 1]:
            swapped = items[:]
            swapped[place - 1], swapped[place] = items[place], items[place - 1]
            yield f"with {place} before {place - 1}", swapped


def sample(items: list[Any], count: int, seed: str) -> list[Any]:
    """Return `count` of the items, the same for the same seed: a failure can be seen again."""

    def rank(place: int) -> bytes:
        return sha256(f"{seed}/{place}".encode()).digest()

    return [items[place] for place in sorted(range(len(items)), key=rank)[:count]]


def as_json(document: Any) -> bytes:
    """Return a document's bytes; a lone surrogate is written as an escape."""
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(document).encode()
