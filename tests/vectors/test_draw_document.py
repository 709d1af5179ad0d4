"""The protocol's document is worked through with figures that follow from a published vector."""

from __future__ import annotations

import json
import re

from draw_stage import ROOT

from bidding.closing.rules import LAPSE_REASONS, VOID_REASONS, State
from bidding.draw.rules import TRANSITIONS
from bidding.eligibility.rules import GROUNDS
from bidding.report.rules import DEMANDS_ZH
from scripts import draw_example, worked_example

TEXT = (ROOT / "api_spec" / "documents" / "draw.md").read_text(encoding="utf-8")


def test_every_figure_of_the_worked_example_is_computed_anew():
    assert draw_example.written() == TEXT


def test_the_figures_are_those_of_the_vectors_bundle():
    bundle, _ = draw_example.case()
    example = TEXT.partition(worked_example.BEGIN)[2]
    logged = json.dumps(json.loads(draw_example.VECTORS.read_text(encoding="utf-8")))
    for stratum in bundle.request.strata:
        assert stratum.root in example
    for kind, field in (("sealed", "request"), ("drawn", "alpha"), ("drawn", "walk"),
                        ("identified", "openings")):  # fmt: skip
        figure = draw_example._body(bundle, f"bidding.draw.{kind}")[field]
        assert figure in example, (kind, field)
    assert bundle.request.pool.excluded in example
    assert bundle.vrf.beta in logged


def test_the_documents_tables_are_the_codes_own():
    for state in State:
        steps = {step.value for start, step in TRANSITIONS if start is state}
        row = re.search(rf"^\| [^|]*\b{state.value}\b[^|]*\| (.*) \|$", TEXT, re.MULTILINE)
        assert row is not None, state
        assert steps == set(re.findall(r"(\w+) →", row.group(1))), state
    for code in (*GROUNDS, *VOID_REASONS, *LAPSE_REASONS, *DEMANDS_ZH):
        assert f"`{code}`" in TEXT, code
