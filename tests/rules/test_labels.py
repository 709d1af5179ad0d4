"""What one line of text may hold at every door."""

from __future__ import annotations

import msgspec
import pytest

from oversight.wire import Label

UNSEEN = (
    "",
    " ",
    "\u3000",
    "a\x00",
    "a\x1b[2J",
    "a\x9b2J",
    "a\u200bb",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "a\n",
)


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_a_name_that_reads_as_another_or_as_nothing_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, Label)


@pytest.mark.parametrize("text", ["某市教育局", "A", "王  芳 (代)", "=1+1", "买·买提", "𠮷田"])
def test_a_name_that_a_person_types_is_taken(text):
    assert msgspec.convert(text, Label) == text
