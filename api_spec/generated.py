"""The documents that are made from the code: descriptions, schemas, rulebook, permissions, facts.

They are committed, so that one can read and compare them without running anything;
`scripts/describe.py` writes them, and a test fails on the day one of them drifts.
"""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from api_spec import assembly
from api_spec.app import create_app
from bidding.bundle.rules import AuditorFile, Bundle, Request, Trust
from oversight.authority.rules import Post
from oversight.configuration import Settings
from oversight.ledger.facts import Fact
from oversight.rulebook.figures import AWAITED, Edition
from oversight.rulebook.rules import EDITIONS

NOTE = "<!-- Made from the code by scripts/describe.py; do not edit. -->"
FILES: dict[str, type[msgspec.Struct]] = {
    "bundle": Bundle,
    "request": Request,
    "trust": Trust,
    "auditor": AuditorFile,
}
EXAMPLES = {
    "by": "b9f1c3…64 hex digits",
    "party": "019a5c7e-6f00-7000-8000-000000000001",
    "key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "expires": "2026-06-01T08:00:00Z",
}


def documents() -> dict[str, str]:
    """Return path inside the repository and text of every generated document."""
    description = json.loads(create_app(Settings()).state.description)
    return {
        "api_spec/openapi.json": json.dumps(description, ensure_ascii=False, indent=1) + "\n",
        "api_spec/documents/rulebook.md": _text(_rulebook()),
        "api_spec/documents/permissions.md": _text(_permissions()),
        "api_spec/documents/facts.md": _text(_facts()),
        **{f"api_spec/schemas/{name}.json": _schema(form) for name, form in FILES.items()},
    }


def _schema(form: type[msgspec.Struct]) -> str:
    """Return the JSON Schema (2020-12) of a file that leaves the house."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    text = json.dumps({**dialect, **msgspec.json.schema(form)}, ensure_ascii=False, indent=1)
    return text.replace(r"\\Z", r"$(?!\\n)") + "\n"  # Python's end of text, as ECMA 262 writes it


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _rulebook() -> Iterator[str]:
    yield "# Rulebook"
    yield ""
    yield NOTE
    yield ""
    yield "Every rule that can refuse an act, by the code that a problem names; then the figures"
    yield "that rules are given, edition by edition."
    yield ""
    yield "## Rules"
    for rule in sorted(assembly.RULES, key=lambda rule: rule.code):
        yield ""
        yield f"### `{rule.code}`"
        yield ""
        yield rule.demands
        yield ""
        yield f"Ground: {rule.ground.value}. Source: {rule.source}."
    yield ""
    yield "## Editions"
    for edition in EDITIONS.values():
        yield from _edition(edition)


def _edition(edition: Edition) -> Iterator[str]:
    yield ""
    yield f"### {edition.name}: {edition.title_zh} ({edition.title_en})"
    yield ""
    published = edition.published.isoformat() if edition.published else "not confirmed"
    yield f"Regime {edition.regime.value}; published {published}; effective {edition.effective}."
    yield f"Transition: {edition.transition}"
    yield ""
    yield "Confidence: A read in the article, B in a copy, M from memory, s second hand, D ours."
    yield "A figure that is not hard warns and is recorded; it refuses nothing by itself. One that"
    yield "awaits its rule is published, and read by no rule yet."
    yield ""
    yield "| figure | value | unit | source | confidence | hard |"
    yield "|---|---|---|---|---|---|"
    for name, figure in sorted(edition.figures.items()):
        value = ", ".join(figure.value) if isinstance(figure.value, tuple) else figure.value
        said = "open" if value is None else value
        hard = "awaits its rule" if name in AWAITED else "yes" if edition.hard(name) else "no"
        yield (
            f"| {name} | {said} | {figure.unit} | {figure.source} "
            f"| {figure.confidence.value} | {hard} |"
        )


def _permissions() -> Iterator[str]:
    yield "# Permissions"
    yield ""
    yield NOTE
    yield ""
    yield "Which posts carry which act, in parties of which roles."
    yield ""
    yield "| act | 中文 | English | posts | roles |"
    yield "|---|---|---|---|---|"
    for each in sorted(assembly.PERMISSIONS, key=lambda each: each.act):
        posts = "any" if each.posts == frozenset(Post) else ", ".join(sorted(each.posts))
        roles = ", ".join(sorted(each.roles)) if each.roles is not None else "any"
        yield f"| `{each.act}` | {each.label_zh} | {each.label_en} | {posts} | {roles} |"


def _facts() -> Iterator[str]:
    yield "# Facts on the log"
    yield ""
    yield NOTE
    yield ""
    yield "The body of every kind of entry. A released kind never changes its fields; fields are"
    yield "only added. Commitments are salted (ledger.md, Entry): nothing personal is in an entry."
    for fact in sorted(assembly.FACTS, key=lambda fact: fact.kind):
        yield ""
        yield f"## `{fact.kind}`"
        yield ""
        yield inspect.cleandoc(fact.__doc__ or "")
        yield ""
        yield "| field | type | meaning |"
        yield "|---|---|---|"
        comments, hints = _comments(fact), get_type_hints(fact)
        for name in fact.__struct_fields__:
            yield f"| {name} | {_type_name(hints[name])} | {comments.get(name, '')} |"
        yield ""
        example = {name: _example(name, hints[name]) for name in fact.__struct_fields__}
        yield f"    {json.dumps(example, ensure_ascii=False)}"


def _comments(fact: type[Fact]) -> dict[str, str]:
    """Return the comment that stands behind each field in the source."""
    source = inspect.getsource(fact)
    return dict(re.findall(r"^    (\w+): [^#\n]*#\s*(.+)$", source, re.MULTILINE))


def _type_name(kind: Any) -> str:
    if get_origin(kind) is None:
        return str(getattr(kind, "__name__", kind))
    return str(kind).replace("|", "or")


def _example(name: str, kind: Any) -> Any:
    if name in EXAMPLES:
        return EXAMPLES[name]
    if get_origin(kind) in (tuple, list):
        inner = get_args(kind)[0] if get_args(kind) else str
        return [_example(name, inner)]
    if type(None) in get_args(kind):
        return None
    if kind is int:
        return 1
    if kind is bool:
        return True
    return {} if get_origin(kind) is dict else "…"
