"""A fault in the operator's log: where it happened, and nobody's data."""

from __future__ import annotations

import logging

from api_spec.problems import fault

NAME = "张三"


class RowRefusedError(Exception):
    """Stands for a database's error, whose message quotes the row."""


def write_a_row(name):
    raise RowRefusedError(f"Failing row contains ({name})")


def test_a_fault_is_logged_with_its_places_and_without_a_value(caplog):
    try:
        try:
            write_a_row(NAME)
        except RowRefusedError as error:
            raise RuntimeError(f"could not write {error}") from error
    except RuntimeError as error:
        failure = error
    with caplog.at_level(logging.ERROR, "daylight.faults"):
        answer = fault(None, failure)
    assert answer.status_code == 500
    assert answer.content.instance.removeprefix("urn:uuid:") in caplog.text
    for said in ("RuntimeError", "which came from", "RowRefusedError", "in write_a_row"):
        assert said in caplog.text
    assert NAME not in caplog.text


def test_what_our_own_assertion_says_is_kept(caplog):
    with caplog.at_level(logging.ERROR, "daylight.faults"):
        fault(None, AssertionError("a block of a sealed roster is missing"))
    assert "a block of a sealed roster is missing" in caplog.text
