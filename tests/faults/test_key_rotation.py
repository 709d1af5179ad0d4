"""A key joins the others in steps; whoever repeats them after a death goes on where it stopped."""

from __future__ import annotations

import os

import pytest

from oversight.errors import RuleBroken
from oversight.keys import directory, private
from oversight.keys.directory import LOG, LOG_MLDSA, VRF, make_ring, open_ring
from oversight.keys.rotation import adopt, drop, prepare, public_keys

ROTATED = (LOG, LOG_MLDSA, VRF)


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys"
    make_ring(path)
    return path


@pytest.mark.parametrize("name", ROTATED)
def test_a_prepared_key_is_not_used_before_it_is_adopted(keys, name):
    before = public_keys(keys, name)
    coming = prepare(keys, name)
    assert public_keys(keys, name) == before
    adopt(keys, name)
    assert public_keys(keys, name) == [*before, coming]
    assert {file.name for file in keys.iterdir()} == set(directory.FILES)
    assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ROTATED)
def test_a_repeated_preparation_goes_on_with_the_same_key(keys, name):
    coming = prepare(keys, name)
    assert prepare(keys, name) == coming
    adopt(keys, name)
    assert prepare(keys, name) != coming


def test_a_death_between_adopting_and_forgetting_adopts_once(keys, monkeypatch):
    prepare(keys, LOG)
    with monkeypatch.context() as dying, pytest.raises(OSError, match="died"):
        dying.setattr(private, "remove", _die)
        adopt(keys, LOG)
    assert len(public_keys(keys, LOG)) == 2
    adopt(keys, LOG)
    assert len(public_keys(keys, LOG)) == 2
    assert not (keys / "log.key.next").exists()


def test_a_death_before_the_new_file_is_in_place_changes_nothing(keys, monkeypatch):
    before = public_keys(keys, LOG)
    coming = prepare(keys, LOG)
    with monkeypatch.context() as dying, pytest.raises(OSError, match="died"):
        dying.setattr(os, "fsync", _die)
        adopt(keys, LOG)
    assert public_keys(keys, LOG) == before
    adopt(keys, LOG)
    assert public_keys(keys, LOG) == [*before, coming]


def _die(*_):
    raise OSError("died")


@pytest.mark.parametrize("name", [LOG, LOG_MLDSA])
def test_a_dropped_secret_is_gone_and_its_public_half_stays(keys, name):
    (old,) = public_keys(keys, name)
    secret = (keys / name).read_text().strip()
    coming = prepare(keys, name)
    adopt(keys, name)
    drop(keys, name, old)
    drop(keys, name, old)  # once more, after an interruption
    assert public_keys(keys, name) == [coming]
    assert all(secret not in file.read_text() for file in keys.iterdir())
    held = open_ring(keys)
    publics = held.log_publics if name == LOG else held.log_mldsa_publics
    assert list(publics) == [old, coming]
    assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}


def test_a_death_between_the_two_files_of_a_drop_loses_no_public_half(keys, monkeypatch):
    (old,) = public_keys(keys, LOG)
    prepare(keys, LOG)
    adopt(keys, LOG)
    written = directory.write_lines

    def dying(file, lines):
        if file.name == LOG:
            raise OSError("died")
        written(file, lines)

    with monkeypatch.context() as death, pytest.raises(OSError, match="died"):
        death.setattr("oversight.keys.rotation.write_lines", dying)
        drop(keys, LOG, old)
    assert len(open_ring(keys).log_publics) == 2
    drop(keys, LOG, old)
    assert (keys / "log.retired").read_text() == old.hex() + "\n"
    assert open_ring(keys).log_publics[0] == old


@pytest.mark.parametrize("name", [LOG, LOG_MLDSA])
def test_the_newest_key_is_never_dropped(keys, name):
    (only,) = public_keys(keys, name)
    with pytest.raises(RuleBroken, match=r"keys\.newest_stays"):
        drop(keys, name, only)
    assert public_keys(keys, name) == [only]


@pytest.mark.parametrize("name", ["log.retired", "log.key.next"])
def test_what_stands_beside_the_keys_is_private_and_whole_too(keys, name):
    def used():
        open_ring(keys)
        prepare(keys, LOG)

    (keys / name).write_text("zz\n")
    (keys / name).chmod(0o644)
    with pytest.raises(RuleBroken, match=r"keys\.private"):
        used()
    (keys / name).chmod(0o600)
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        used()
