"""Every door that only answers, asked with identifiers from earlier answers; and a search of them.

    doors = Doors(description)            # the published OpenAPI description
    doors.learn(path, answer)             # identifiers in an answer become parameters
    for path in doors.paths(): ...        # every GET, filled with what is known

`Search` holds marked personal data in every spelling in which it could come out.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from urllib.parse import quote

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PARAMETER = re.compile(r"\{(\w+)\}")
NOBODY = "019a5c7e-6f00-7000-8000-00000000dead"

# What an object's own `id` is, by the part of the address that lists it.
OWN = {
    "draws": "draw", "external-draws": "draw", "committees": "committee", "proposals": "proposal",
    "parties": "party", "people": "person", "experts": "expert", "tokens": "token",
    "representatives": "representative", "duty": "shift", "appointments": "appointment",
    "declarations": "declaration", "item-lists": "list",
}  # fmt: skip
ALIAS = {"subject": "committee", "of": "draw", "name": "name"}
# Parameters that are no identifiers: enough values to meet each door.
CHOSEN = {
    "index": ("0", "40"), "number": ("1", "2"), "name": ("demo",), "kind": ("regions",),
    "path": ("0/000",), "step": ("suspend",),
}  # fmt: skip
QUERY = {
    "old_size": ("1",), "size": ("2",), "key": ("a-key",), "state": ("lapsed",),
    "reason": ("postponed",), "statement": ("00" * 32,), "tender": ("t-marked",),
}  # fmt: skip
ROOT = 4  # bytes: so many are enough to look closer
NEWEST = 1  # of each kind of identifier, beside the first


class Doors:
    """All GET operations of a description, and the identifiers known so far."""

    def __init__(self, description) -> None:
        self.known = defaultdict(dict)
        self.public = set()
        shared = description.get("components", {}).get("parameters", {})
        self.gets = {}
        for path, item in description["paths"].items():
            if "get" in item:
                asked = [
                    shared.get(one["$ref"].rpartition("/")[2], one) if "$ref" in one else one
                    for one in item["get"].get("parameters", [])
                ]
                needed = [one["name"] for one in asked if one["in"] == "query" and one["required"]]
                self.gets[path] = needed
                if "security" not in item["get"]:
                    self.public.add(path)

    def learn(self, path, value) -> None:
        """Take identifiers out of an answer."""
        own = next((OWN[part] for part in reversed(path.split("/")) if part in OWN), None)
        self._learn(own, value)

    def _learn(self, own, value) -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                name = own if key == "id" else ALIAS.get(key, key)
                if name and isinstance(one, str) and UUID.fullmatch(one):
                    self.known[name][one] = None
                self._learn(OWN.get(key, own), one)
        elif isinstance(value, list):
            for one in value:
                self._learn(own, one)

    def values(self, name):
        """Return what a parameter is filled with: the first that was met, and the newest."""
        if name in CHOSEN:
            return CHOSEN[name]
        known = list(self.known[name])
        return list(dict.fromkeys(known[:1] + known[-NEWEST:])) or [NOBODY]

    def paths(self):
        """Yield (template, address) of every door."""
        for template, needed in self.gets.items():
            names = PARAMETER.findall(template)
            for values in itertools.product(*map(self.values, names)):
                path = template
                for name, value in zip(names, values, strict=True):
                    path = path.replace(f"{{{name}}}", value)
                asked = [f"{name}={self._asked(name)}" for name in needed]
                yield template, path + ("?" + "&".join(asked) if asked else "")

    def _asked(self, name):
        return QUERY[name][0] if name in QUERY else self.values(name)[0]


class Search:
    """Marked values, each in every spelling in which it could come out; and ids of experts."""

    def __init__(self, values=(), ids=()) -> None:
        self.values, self.ids = set(values), set(ids)
        self._spelt, self._roots = {}, defaultdict(set)  # lengths of what begins so
        for value in self.values:
            self._add(value, _spellings(value))
        for ident in self.ids:
            self._add(ident, (ident.encode(), ident.replace("-", "").encode()))
        self._pattern = re.compile(b"(?=(" + b"|".join(map(re.escape, self._roots)) + b"))")

    def _add(self, value, spellings) -> None:
        for spelling in spellings:
            self._spelt[spelling] = value
            self._roots[spelling[:ROOT]].add(len(spelling))

    def found_in(self, data):
        """Return what stands in bytes or text."""
        data = data.encode() if isinstance(data, str) else data
        met = {
            data[at.start() : at.start() + length]
            for at in self._pattern.finditer(data)
            for length in self._roots[at[1]]
        }
        return {self._spelt[one] for one in met if one in self._spelt}

    def values_in(self, data):
        """Return the marked values that stand in bytes or text."""
        return self.found_in(data) & self.values

    def ids_in(self, data):
        """Return the ids of experts that stand in bytes or text, with hyphens or without."""
        return self.found_in(data) & self.ids


def _spellings(value):
    escaped = json.dumps(value)[1:-1]
    return (
        value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be"),
        value.encode("gb18030"), escaped.encode(), quote(value).encode(),
        escaped.replace("\\u", "\\\\u").encode(), value.encode().hex().encode(),
    )  # fmt: skip
