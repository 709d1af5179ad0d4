"""The database on which tampering is tried has every kind of entry that can be made."""

from __future__ import annotations

from every_kind import UNMADE, everything, missing_kinds


async def test_the_story_makes_every_kind_that_a_command_can_make(house, tmp_path):
    await everything(house, tmp_path)
    assert await missing_kinds() == UNMADE.keys()
