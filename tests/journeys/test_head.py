"""HEAD at a running service: the answer to GET, without its content."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import pytest

OF_THE_MOMENT = {"date", "content-length"}  # a checkpoint may be signed between two questions


@pytest.fixture(scope="module")
def published(service):
    """Return a path of every kind of door that the public may read."""
    service.party("firm")
    for _ in range(100):
        if service.request("GET", "/log/checkpoint").status_code == 200:
            break
    size = int(service.request("GET", "/log/checkpoint").text.split("\n")[1])
    assert size > 0
    partial = f".p/{size}" if size < 256 else ""  # others may have filled the first tile
    return {
        "checkpoint": "/log/checkpoint",
        "tile": f"/log/tile/0/000{partial}",
        "bundle": f"/log/tile/entries/000{partial}",
        "entry": "/v1/ledger/entries/0",
        "page": "/docs",
        "health": "/v1/health",
    }


def lowered(answer):
    return {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("kind", ["checkpoint", "tile", "bundle", "entry", "page", "health"])
def test_head_says_what_get_would_and_holds_nothing(service, published, kind):
    path = published[kind]
    head, get = service.request("HEAD", path, key=""), service.request("GET", path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    same = set(lowered(get)) - OF_THE_MOMENT
    if kind in ("checkpoint", "health"):
        same -= {"etag"}
    assert {name: lowered(head).get(name) for name in same} == {
        name: lowered(get)[name] for name in same
    }
    if kind in ("tile", "bundle", "entry"):
        assert int(lowered(head)["content-length"]) == len(get.content) > 0


def test_after_a_head_the_connection_goes_on(service, published):
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=30)
    for method in ("HEAD", "GET", "HEAD"):
        connection.request(method, published["tile"])
        answer = connection.getresponse()
        assert answer.status == 200
        assert bool(answer.read()) == (method == "GET")
    connection.close()


def test_head_is_told_that_nothing_changed(service, published):
    tag = service.request("GET", published["tile"]).headers["etag"]
    again = service.request("HEAD", published["tile"], key="", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_closed_door_is_closed_to_head_as_well(service):
    head = service.request("HEAD", "/v1/identity/me", key="")
    assert (head.status_code, head.content) == (401, b"")
    told = service.request("HEAD", "/v1/identity/me", key="", token=service.token)
    assert (told.status_code, told.headers["vary"]) == (200, "Authorization")


def test_where_there_is_no_get_there_is_no_head(service):
    absent = service.request("HEAD", "/v1/nowhere", key="")
    assert (absent.status_code, absent.content) == (404, b"")
    written = service.request("HEAD", "/v1/ledger/erasures", key="")
    assert (written.status_code, written.headers["allow"]) == (405, "OPTIONS, POST")


def test_a_refused_method_is_told_of_head(service):
    refused = service.request("DELETE", "/v1/ledger/checkpoint")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_access_log_says_head(service):
    service.request("HEAD", "/v1/rulebook/rules", key="")
    for _ in range(100):  # the line follows the answer
        if "HEAD /v1/rulebook/rules 200" in service.said():
            return
        time.sleep(0.05)
    raise AssertionError(service.said())
