"""What the command line refuses before it asks the service."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("experts", "list", "--limit", "0"), "x>=1"),
        (("experts", "find"), "--id-number"),
        (("draw", "auditor-file", "take", "any", "--out", "daylight.toml"), "never written over"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_asked(service, words, told):
    done = service.daylight(*words, check=False)
    assert done.returncode == 2
    assert told in done.stderr
