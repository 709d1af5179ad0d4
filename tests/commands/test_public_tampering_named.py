"""A log with every kind of entry, published: one byte of each file changed is named by its path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from every_kind import everything
from published import BOOK, files_of

from oversight.ledger.signed_checkpoint import log_verifiers
from oversight.public_audit.engine import Trust, audit_log
from oversight.publication.source import open_source

EVERY = os.environ.get("DAYLIGHT_EVERY_CHANGE") == "1"
STRIDE = 1 if EVERY else 5  # of the files; each has many bytes and one is changed


def audited(house, directory):
    keys = [key.public for key in house.ring.log_keys]
    mldsa = [key.public for key in house.ring.log_mldsa]
    trust = Trust(log_verifiers(house.settings.origin, keys, mldsa), house.settings.origin)
    with open_source(str(directory)) as source:
        return audit_log(source, trust, BOOK, None)


def changed(file, place):
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= 1
    file.write_bytes(data)


@pytest.fixture
async def public(sqlite_house, tmp_path):
    """The published files of a house in which everything happened."""
    house = sqlite_house
    await everything(house, tmp_path)
    await house.settle()
    copy = tmp_path / "copy"
    shutil.copytree(house.settings.public_dir, copy)
    return house, copy


async def test_a_changed_byte_of_any_public_file_is_named(public):
    house, copy = public
    clean = audited(house, copy)
    assert not clean.differences, clean.differences
    files = files_of(copy)
    assert len(files) >= 5
    for number, path in enumerate(files[::STRIDE]):
        file, true = copy / path, (copy / path).read_bytes()
        changed(file, number * 7_919)
        found = audited(house, copy).differences
        assert any(text.startswith(path) for text in found), (path, found)
        file.write_bytes(true)


async def test_a_file_that_is_no_part_of_the_log_is_named(public):
    house, copy = public
    (copy / "tile" / "0" / "more").write_bytes(b"more")
    assert any("tile/0/more" in text for text in audited(house, copy).differences)


async def test_a_partial_file_of_an_earlier_checkpoint_is_held_to_what_stands_there_now(public):
    house, copy = public
    older = [path for path in files_of(copy) if ".p/" in path]
    widths = {int(Path(path).name) for path in older}
    assert len(widths) > 1, "the story signs more than once"
    path = min(older, key=lambda each: int(Path(each).name))
    changed(copy / path, 3)
    assert any(text.startswith(path) for text in audited(house, copy).differences)
