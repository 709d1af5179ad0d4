"""What the command line refuses before it asks the service."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "content", [b"nope", b"\xff", b"[" * 100_000], ids=["words", "bytes", "depth"]
)
@pytest.mark.parametrize("words", [("experts", "add"), ("external-draw", "record")], ids=" ".join)
def test_a_file_that_is_not_json_is_wrong_usage(service, tmp_path, words, content):
    file = tmp_path / "written.json"
    file.write_bytes(content)
    done = service.daylight(*words, file, check=False)
    assert done.returncode == 2
    assert "is not JSON" in done.stderr


@pytest.mark.parametrize("words", [("policy", "adopt"), ("audit", "--public", ".", "--policy")])
def test_a_policy_that_is_no_text_is_wrong_usage(service, tmp_path, words):
    file = tmp_path / "policy"
    file.write_bytes(b"log \xff")
    done = service.daylight(*words, file, check=False)
    assert done.returncode == 2
    assert "is not UTF-8 text" in done.stderr


def test_an_audit_of_a_directory_that_is_not_there_is_wrong_usage(service, tmp_path):
    done = service.daylight("audit", "--public", tmp_path / "nowhere", check=False)
    assert done.returncode == 2
    assert "is no directory" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"two\nwords"], ids=ascii)
def test_a_file_without_a_token_is_wrong_usage(service, tmp_path, content):
    file = tmp_path / "some.token"
    file.touch(mode=0o600)
    file.write_bytes(content)
    done = service.daylight("--token-file", file, "whoami", check=False)
    assert done.returncode == 2
    assert "holds no token" in done.stderr


def test_a_place_that_cannot_be_written_is_wrong_usage(service, tmp_path):
    done = service.daylight("key", "new", tmp_path / "nowhere" / "k", check=False)
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr


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
