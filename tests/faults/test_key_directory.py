"""The key directory: made whole or not at all, read by its owner alone, never repaired."""

import os

import pytest

from oversight.errors import RuleBroken
from oversight.keys import directory
from oversight.keys.directory import FILES, make_ring, open_ring, ring, rotate_fields, use_ring
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "instance" / "keys"
    make_ring(path)
    return path


def test_the_first_run_makes_every_file_for_the_owner_alone(keys):
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in keys.iterdir()} == set(FILES)
    assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}


def test_the_directory_is_private_even_under_a_lax_umask(tmp_path):
    before = os.umask(0)
    try:
        make_ring(tmp_path / "keys")
    finally:
        os.umask(before)
    open_ring(tmp_path / "keys")


def test_keys_are_the_same_after_a_restart(keys):
    first, second = open_ring(keys), open_ring(keys)
    assert first.log.public == second.log.public
    assert first.vrf_public == second.vrf_public
    assert second.fields.open(first.fields.seal(b"x", "c"), "c") == b"x"
    assert first.blind.index("k", "v") == second.blind.index("k", "v")


def test_every_line_of_a_log_key_signs_and_the_last_is_the_newest(keys):
    for name in (directory.LOG, directory.LOG_MLDSA):
        with (keys / name).open("a") as file:
            file.write("11" * 32 + "\n")
    held = open_ring(keys)
    assert [len(held.log_keys), len(held.log_mldsa)] == [2, 2]
    assert held.log is held.log_keys[1]
    assert held.log.public == SigningKey(b"\x11" * 32).public
    assert held.log_mldsa[1].public == MldsaKey(b"\x11" * 32).public


def test_an_old_key_of_the_draw_is_still_held_and_the_newest_seals(keys):
    old = open_ring(keys).vrf_public.hex()
    with (keys / directory.VRF).open("a") as file:
        file.write("11" * 32 + "\n")
    held = open_ring(keys)
    assert held.vrf_secret(held.vrf_public.hex()) == b"\x11" * 32
    assert held.vrf_secret(old) not in (None, b"\x11" * 32)
    assert held.vrf_secret("22" * 32) is None


@pytest.mark.parametrize("name", [directory.LOG, directory.LOG_MLDSA, directory.VRF])
def test_a_key_that_stands_twice_is_refused(keys, name):
    (keys / name).write_text((keys / name).read_text() * 2)
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        open_ring(keys)


def test_the_blind_index_has_one_key(keys):
    (keys / directory.BLIND).write_text("11" * 32 + "\n" + "22" * 32 + "\n")
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        open_ring(keys)


def test_two_instances_share_no_key(keys, tmp_path):
    other = make_ring(tmp_path / "other")
    mine = open_ring(keys)
    assert len({mine.log.public, other.log.public, mine.vrf_public, other.vrf_public}) == 4
    assert mine.blind.index("k", "v") != other.blind.index("k", "v")


def test_keys_are_not_made_twice(keys):
    before = {file.name: file.read_bytes() for file in keys.iterdir()}
    with pytest.raises(RuleBroken, match=r"keys\.made_once"):
        make_ring(keys)
    assert {file.name: file.read_bytes() for file in keys.iterdir()} == before
    assert [each.name for each in keys.parent.iterdir()] == ["keys"]


def test_an_empty_directory_takes_the_keys(tmp_path):
    path = tmp_path / "keys"
    path.mkdir(mode=0o755)
    make_ring(path)
    assert path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_is_refused_and_never_made_anew(keys, name):
    (keys / name).unlink()
    with pytest.raises(RuleBroken, match=r"keys\.complete") as refusal:
        open_ring(keys)
    assert refusal.value.found["missing"] == [name]
    with pytest.raises(RuleBroken, match=r"keys\.made_once"):
        make_ring(keys)
    assert not (keys / name).exists()


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        open_ring(tmp_path / "absent")


def test_a_file_in_the_place_of_the_directory_is_left_alone(tmp_path):
    path = tmp_path / "keys"
    path.write_text("mine")
    with pytest.raises(RuleBroken, match=r"keys\.made_once"):
        make_ring(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
@pytest.mark.parametrize("name", FILES)
def test_a_key_that_others_may_read_or_write_is_refused(keys, name, mode):
    (keys / name).chmod(mode)
    with pytest.raises(RuleBroken, match=r"keys\.private") as refusal:
        open_ring(keys)
    assert refusal.value.found["file"] == name


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o755])
def test_a_directory_that_others_may_enter_is_refused(keys, mode):
    keys.chmod(mode)
    with pytest.raises(RuleBroken, match=r"keys\.private"):
        open_ring(keys)


def test_a_link_in_the_place_of_a_key_is_refused(keys, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (keys / directory.LOG).rename(elsewhere)
    (keys / directory.LOG).symlink_to(elsewhere)
    with pytest.raises(RuleBroken, match=r"keys\.private"):
        open_ring(keys)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_key_of_another_user_is_refused(keys):
    os.chown(keys / directory.LOG, 1, -1)
    with pytest.raises(RuleBroken, match=r"keys\.private"):
        open_ring(keys)


@pytest.mark.parametrize("content", ["", "\n", "00\n", "zz" * 32 + "\n", "00" * 32, "é\n"])
@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_is_refused_without_being_shown(keys, name, content):
    (keys / name).write_text(content)
    with pytest.raises(RuleBroken, match=r"keys\.complete") as refusal:
        open_ring(keys)
    assert refusal.value.found == {"malformed": name}


@pytest.mark.parametrize("cut", [1, 2, 40, 66])
def test_a_file_of_field_keys_cut_short_is_refused_instead_of_losing_the_newest(keys, cut):
    rotate_fields(keys)
    file = keys / directory.FIELDS
    file.write_text(file.read_text()[:-cut])
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        open_ring(keys)


@pytest.mark.parametrize("ids", [(1, 1), (2, 1), (1, 3), (0, 1)])
def test_field_keys_are_numbered_from_one_without_gaps(keys, ids):
    (keys / directory.FIELDS).write_text("".join(f"{each} {'00' * 32}\n" for each in ids))
    with pytest.raises(RuleBroken, match=r"keys\.complete"):
        open_ring(keys)


def test_a_death_while_keys_are_made_leaves_no_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", _no_space)
    with pytest.raises(OSError, match="No space"):
        make_ring(tmp_path / "keys")
    assert list(tmp_path.iterdir()) == []


def _no_space(_):
    raise OSError(28, "No space left on device")


def test_a_rotation_keeps_what_was_sealed_before_readable(keys):
    sealed = open_ring(keys).fields.seal(b"x", "c")
    rotated = rotate_fields(keys)
    assert rotated.fields.open(sealed, "c") == b"x"
    assert rotated.fields.outdated(sealed)
    assert open_ring(keys).fields.open(rotated.fields.seal(b"y", "c"), "c") == b"y"
    assert {file.stat().st_mode & 0o777 for file in keys.iterdir()} == {0o600}


def test_a_ring_shows_no_secret(keys):
    held = open_ring(keys)
    shown = repr(held)
    for file in keys.iterdir():
        assert file.read_text().split()[-1] not in shown


def test_a_process_has_one_ring(keys):
    use_ring(open_ring(keys))
    assert ring().log.public == open_ring(keys).log.public
    use_ring(None)
    with pytest.raises(AssertionError):
        ring()
