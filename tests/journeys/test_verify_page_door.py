"""The page that verifies draws, as the service gives it to the public."""

from __future__ import annotations

import pytest
from asking import Asking
from own_vectors import ROOT

FILE = ROOT / "api_spec" / "static" / "verify.html"


@pytest.fixture
async def page(sqlite_house):
    asking = Asking(sqlite_house)
    yield await asking.ask("GET", "/verify")
    await asking.client.aclose()


async def test_anybody_gets_the_very_file_that_is_kept(page):
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.content == FILE.read_bytes()
    assert page.headers["etag"]


async def test_its_policy_lets_two_scripts_run_and_nothing_be_fetched(page):
    policy = page.headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    scripts = rules["script-src"].split(" ")
    assert len(scripts) == 2
    assert all(source.startswith("'sha256-") for source in scripts)
    assert rules["worker-src"] == "blob:"
    assert rules["frame-ancestors"] == "'none'"
    assert not {"connect-src", "img-src", "font-src"} & rules.keys()  # none, by default-src
    assert "unsafe" not in policy


async def test_it_names_nothing_from_elsewhere(page):
    for trace in ("http://", "https://", "src=", "import(", "fetch(", "XMLHttpRequest"):
        assert trace not in page.text, trace
