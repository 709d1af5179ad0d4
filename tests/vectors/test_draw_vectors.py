"""The project's own draw vectors: judged as they say, up to date, and covering every step."""

import pytest
from own_vectors import own_cases
from tampering import as_json

from bidding.report.rules import EXIT_STATUS, render
from bidding.verdict.rules import judge
from scripts import make_vectors

CASES = own_cases()
NEVER_FAIL = {"tickets"}  # nothing is claimed of them


def judged(case):
    files = (case[name] for name in ("bundle", "trust", "auditor"))
    return judge(*(None if file is None else as_json(file) for file in files))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_gets_the_verdict_that_it_names(case):
    report = judged(case)
    assert (report.verdict, report.refused_at) == (case["verdict"], case["refused_at"])
    assert report.exit == EXIT_STATUS[report.verdict]


def test_the_file_is_what_the_rules_make_today():
    assert make_vectors.main(["--check"]) == 0, "run scripts/make_vectors.py"


def test_every_step_that_can_fail_has_a_case_that_fails_there():
    steps = {step.step for case in CASES for step in judged(case).steps}
    refused = {case["refused_at"] for case in CASES if case["refused_at"]}
    assert steps - refused == NEVER_FAIL


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_report_reads_one_line_a_step_and_ends_with_its_verdict(language):
    for case in CASES:
        report = judged(case)
        lines = render(report, language).splitlines()
        assert len(lines) > len(report.steps)
        assert all(step.step in line for step, line in zip(report.steps, lines, strict=False))


def test_a_demo_says_so_first():
    case = next(case for case in CASES if case["name"] == "a demo edition")
    assert "\nDEMO: valid\n" in render(judged(case), "en")
