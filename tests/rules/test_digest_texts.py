"""Hex and base64: one value has one text."""

import pytest

from oversight.values.digests import is_hex, sha256, to_base64, unbase64, unhex


def test_sha256_is_that_of_the_standard():
    # FIPS 180-2, appendix B.1
    assert sha256(b"abc").hex() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_hex_goes_both_ways():
    assert unhex("00ff", 2) == b"\x00\xff"


@pytest.mark.parametrize(
    "text", ["00FF", "0ff", "00f", "00fg", " 0ff", "00ff00", "", "００ff", None]
)
def test_hex_of_another_form_is_refused(text):
    assert not is_hex(text, 2)
    with pytest.raises(ValueError, match="not 2 bytes"):
        unhex(text, 2)


def test_base64_goes_both_ways():
    assert unbase64(to_base64(b"\x00\xff\xfe"), 3) == b"\x00\xff\xfe"


@pytest.mark.parametrize("text", ["AP/+A", "AP-_", "AA", "AB==", "AA==\n", " AA==", "AA=", "ＡA=="])
def test_base64_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match="base64"):
        unbase64(text)


def test_base64_of_another_length_is_refused():
    with pytest.raises(ValueError, match="not 2 bytes"):
        unbase64("AA==", 2)
