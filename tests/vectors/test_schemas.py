"""The published schemas accept every true file, and what they refuse fails at `shape`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "api_spec" / "vectors" / "draw.json").read_text())["cases"]
TRUE = [one for one in CASES if {"bundle", "trust"} <= one.keys() and one["verdict"] != "failed"]


def schema(name):
    text = (ROOT / "api_spec" / "schemas" / f"{name}.json").read_text()
    return jsonschema_rs.validator_for(json.loads(text))


@pytest.mark.parametrize("name", ["bundle", "trust", "auditor"])
def test_every_true_file_has_the_published_form(name):
    files = [one[name] for one in TRUE if name in one]
    assert files
    for file in files:
        schema(name).validate(file)


def test_a_request_alone_has_the_published_form():
    for one in TRUE:
        if one["bundle"]["request"] is not None:
            schema("request").validate(one["bundle"]["request"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bundle: bundle.update(note="trust me"),
        lambda bundle: bundle["request"].update(secret=bundle["request"]["secret"].upper()),
        lambda bundle: bundle["request"].update(secret=bundle["request"]["secret"] + "\n"),
        lambda bundle: bundle["walk"][0].update(position=-1),
        lambda bundle: bundle.pop("reveals"),
    ],
)
def test_a_wrong_form_is_refused(spoil):
    bundle = json.loads(json.dumps(TRUE[0]["bundle"]))
    spoil(bundle)
    assert not schema("bundle").is_valid(bundle)
