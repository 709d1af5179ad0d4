"""Bad input of every kind, at every door that writes: a problem, no row, no entry."""

from __future__ import annotations

import copy

import msgspec
import pytest
from asking import Asking

from api_spec import assembly
from api_spec.description import WRITES, described
from api_spec.problems import PROBLEM_JSON
from oversight.authority.rules import Post, Role
from oversight.wire import cursor_after

JSON = "application/json"
DEEP = b"[" * 100_000 + b"]" * 100_000
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"{",
    "two values": b"{} {}",
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "nested too deep": DEEP,
    "a key twice": b'{"a": 1, "a": 2}',
    "no number": b'{"a": NaN}',
    "a huge number": b'{"a": 1' + b"0" * 5000 + b"}",
    "a huge exponent": b'{"a": 1e999999999}',
    "U+0000": b'{"a": "\\u0000"}',
    "half a pair": b'{"a": "\\ud800"}',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
}
WRONG = [None, 1.5, {"x": 1}, [[]], "\u0007", 2**70]


@pytest.fixture
async def asking(house):
    asking = await Asking(house).found()
    yield asking
    await asking.client.aclose()


async def rows(house):
    """Return how many rows each table has; counters of wrong passwords aside."""
    names = {table._meta.tablename for table in assembly.TABLES} - {"wrong_password"}
    return {name: await house.count(name) for name in sorted(names)}


def check(answer, statuses, what):
    assert answer.status_code in statuses, (what, answer.status_code, answer.text)
    assert answer.headers["content-type"] == PROBLEM_JSON, what
    problem = answer.json()
    assert problem["code"], what
    assert problem["status"] == answer.status_code, what


def spoiled(example):
    """Yield (what, body) with one thing wrong in a body that the door reads."""
    yield "unknown field", {**example, "zzz": 1}
    for name in example:
        for wrong in WRONG:
            if example[name] != wrong and not (wrong is None and example[name] in (None, "")):
                body = copy.deepcopy(example)
                body[name] = wrong
                yield f"{name} = {wrong!r}", body
    for name in example:
        yield f"without {name}", {key: value for key, value in example.items() if key != name}


async def writes(asking):
    for path, method, handler in described(asking.app):
        if method in WRITES:
            permission = handler.opt.get("permission")
            token = await asking.holder_of(permission) if permission else ""
            operation = asking.description["paths"][path][method.lower()]
            content = operation.get("requestBody", {}).get("content", {})
            yield asking.filled(path), method, handler, token, content


async def test_a_request_that_cannot_be_read_leaves_no_row_and_no_entry(asking):
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, _, token, content in doors:
        if JSON not in content:
            continue
        for what, body in UNREADABLE.items():
            answer = await asking.ask(method, path, token=token, content=body)
            check(answer, {400, 404, 422}, (method, path, what))
        for kind in ("text/plain", "multipart/form-data", "application/jsonx", None):
            headers = {"Content-Type": kind}
            answer = await asking.ask(method, path, token=token, content=b"{}", headers=headers)
            check(answer, {415}, (method, path, kind))
        assert await rows(asking.house) == before, (method, path)


async def test_a_body_of_another_shape_leaves_no_row_and_no_entry(asking):
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, handler, token, content in doors:
        if JSON not in content:
            continue
        body = handler.parsed_fn_signature.parameters["data"].raw
        for what, wrong in spoiled(content[JSON]["example"]):
            try:
                msgspec.convert(wrong, body, strict=True)
            except msgspec.ValidationError as error:
                statuses = {422} if error.__cause__ is not None else {400}
            else:
                continue  # another body of the right shape
            answer = await asking.ask(method, path, wrong, token=token)
            check(answer, statuses, (method, path, what))
            assert answer.json()["code"] in {"wire.request_readable", "wire.fields_agree"}
        assert await rows(asking.house) == before, (method, path)


async def test_a_write_without_a_proper_idempotency_key_leaves_no_row_and_no_entry(asking):
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, _, token, content in doors:
        body = content.get(JSON, {}).get("example")
        for key in ("", "short", "x" * 201, "with space in", "tab\tinside"):
            answer = await asking.ask(method, path, body, token=token, key=key)
            check(answer, {400}, (method, path, key))
    assert await rows(asking.house) == before


async def test_a_write_by_who_may_not_leaves_no_row_and_no_entry(asking):
    reader = await asking.enter(Role.FIRM, Post.ARCHIVE_READER)
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, handler, _, content in doors:
        permission = handler.opt.get("permission")
        if permission is None:
            continue
        body = content.get(JSON, {}).get("example")
        for token in ("", "dl_" + "0" * 64, "x"):
            answer = await asking.ask(method, path, body, token=token)
            check(answer, {401}, (method, path, token))
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if Post.ARCHIVE_READER not in permission.posts:
            answer = await asking.ask(method, path, body, token=reader)
            check(answer, {403}, (method, path, "reader"))
    assert await rows(asking.house) == before


async def test_an_unknown_or_repeated_query_parameter_leaves_no_row_and_no_entry(asking):
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, _, token, content in doors:
        body = content.get(JSON, {}).get("example")
        answer = await asking.ask(method, f"{path}?zzz=1", body, token=token)
        check(answer, {400}, (method, path))
    assert await rows(asking.house) == before


async def test_a_body_beyond_the_bound_leaves_no_row_and_no_entry(asking):
    doors = [door async for door in writes(asking)]
    before = await rows(asking.house)
    for path, method, handler, token, content in doors:
        if JSON in content:
            huge = b'{"x": "' + b"x" * handler.resolve_request_max_body_size() + b'"}'
            answer = await asking.ask(method, path, token=token, content=huge)
            check(answer, {413}, (method, path))
    assert await rows(asking.house) == before


async def test_u0000_reaches_no_database_by_query_or_cursor(asking):
    for query in ("subject=a%00", "cursor=" + cursor_after("a\0")):
        answer = await asking.client.get("/v1/draws?" + query)
        check(answer, {400, 422}, query)
