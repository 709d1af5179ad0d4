"""The page agrees with the verifiers in Python on every generated tampering."""

from __future__ import annotations

import importlib.util
import os
import sys

import pytest
from own_vectors import ROOT
from tampering import as_json
from tampering_of_bundles import (
    SEED,
    Lie,
    after_attempts,
    answered,
    cases,
    supplemented,
    tell,
    voided,
)

from bidding.verdict.rules import judge

AT_ONCE = 100
SEEDS = [SEED, *("2345" if os.environ.get("DAYLIGHT_SWEEP") == "all" else "")]


def load_curve():
    """Return the arithmetic that tales are proved with."""
    spec = importlib.util.spec_from_file_location("curve", ROOT / "scripts" / "verify_proof.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CURVE = load_curve()


def disagreements(opened, given):
    """Return where the page gives another verdict, exit status or outcome of a step."""
    wrong = []
    for start in range(0, len(given), AT_ONCE):
        some = given[start : start + AT_ONCE]
        reports = opened.judge([(bundle, trust, None) for _, bundle, trust in some])
        for (name, bundle, trust), report in zip(some, reports, strict=True):
            ours = judge(bundle, trust)
            steps = [[step.step, step.outcome] for step in ours.steps]
            mine = str(ours.verdict), ours.exit, steps
            page = report["verdict"], report["exit"], report["steps"]
            if mine != page or "could not be carried out" in " ".join(report["en"]):
                wrong.append((name, mine[0], steps[-1:], page[0], page[2][-1:], report["en"][-2:]))
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_it_agrees_on_a_thousand_tamperings_at_every_step(opened, seed):
    told = [case[:3] for case in cases(CURVE, seed)]
    assert len(told) >= 1_000
    assert disagreements(opened, told) == []


def test_it_judges_alike_what_was_once_judged_differently(opened):
    lies = [
        (supplemented, Lie("logged ordered", 1, ("previous",), -1)),
        (answered, Lie("answer", 0, ("evidence",), "AB" * 32)),
        (voided, Lie("close", 0, ("statement",), "AB" * 32)),
        (after_attempts, Lie("logged committed", 1, ("party",), None)),
        (after_attempts, Lie("logged committed", 1, ("party",), "agent")),
    ]
    stories = [tell(CURVE, *lie)[0] for lie in lies]
    given = [("", as_json(story.bundle()), as_json(story.trust())) for story in stories]
    assert disagreements(opened, given) == []
