"""Every code that a printed record may hold has its word in Chinese."""

from __future__ import annotations

import pytest

from bidding.closing.rules import State
from bidding.committee.rules import Body
from bidding.draw_sheet.rules import WORDS_ZH, word
from bidding.pacing.rules import Outcome
from bidding.walk.rules import ANSWERS, CAP, DUPLICATE, SEATED

CODES = [*ANSWERS, CAP, DUPLICATE, SEATED, *Outcome, *Body, *State, "committed", "revealed",
         "answered", "voice", "message"]  # fmt: skip


@pytest.mark.parametrize("code", [str(code) for code in CODES])
def test_a_code_is_printed_in_chinese_beside_itself(code):
    assert word(code) == f"{WORDS_ZH[code]} {code}"


def test_no_two_codes_share_a_word():
    assert len(set(WORDS_ZH.values())) == len(WORDS_ZH)
