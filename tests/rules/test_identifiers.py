"""Identifiers: checked by their own digits, and corrected only by the person who typed them."""

from datetime import UTC, datetime

import pytest

from oversight.values.identifiers import birth_date, check_resident_id, check_uscc, is_uuid, uuid7

REAL_CODES = (
    "91110000600037341L", "121200004013590816", "91371082775260043P", "9144030071526726XG",
    "91620105L015101280",
)  # fmt: skip
# The weights' own example: 11010519491231002X is the specimen of GB 11643.
SPECIMEN = "11010519491231002X"


def test_a_uuid_begins_with_its_instant_and_says_its_version():
    # RFC 9562, appendix A.6
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    made = uuid7(at, (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big"))
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert is_uuid(made)


@pytest.mark.parametrize("microsecond", [0, 999, 1000, 1001, 999_999])
def test_the_instant_of_a_uuid_is_cut_to_the_millisecond(microsecond):
    at = datetime(2026, 3, 1, 8, 0, 0, microsecond, tzinfo=UTC)
    milliseconds = int(uuid7(at, bytes(10)).replace("-", "")[:12], 16)
    assert milliseconds == int(at.timestamp()) * 1000 + microsecond // 1000


@pytest.mark.parametrize(
    "text",
    ["017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e279b07cc398c4dc0c0c07398f", "", None,
     "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f"],
)  # fmt: skip
def test_a_uuid_of_another_form_is_none(text):
    assert not is_uuid(text)


@pytest.mark.parametrize("code", REAL_CODES)
def test_real_credit_codes_pass_both_checks(code):
    assert check_uscc(code) == code


def test_a_credit_code_is_brought_to_upper_case_and_half_width():
    assert check_uscc(" ９144030071526726xg ") == "9144030071526726XG"


def test_a_village_collective_whose_code_begins_with_a_letter_passes():
    assert check_uscc("N2110111MF001102X9") == "N2110111MF001102X9"


@pytest.mark.parametrize("code", REAL_CODES)
@pytest.mark.parametrize("place", range(18))
def test_one_mistyped_character_is_found(code, place):
    for typed in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if typed != code[place]:
            with pytest.raises(ValueError, match="character"):
                check_uscc(code[:place] + typed + code[place + 1 :])


def test_a_misread_letter_is_named_with_what_was_probably_meant():
    with pytest.raises(ValueError, match=r"character 5 \(O\).*91110000600037341L was probably"):
        check_uscc("9111OOOO60003734IL")


def test_no_correction_is_offered_that_does_not_hold_itself():
    with pytest.raises(ValueError, match="never stands") as refusal:
        check_uscc("9111OOOO600037342L")
    assert "probably" not in str(refusal.value)


def test_the_inner_check_catches_what_the_outer_one_was_made_to_fit():
    with pytest.raises(ValueError, match="character 17"):
        check_uscc("91110000600037342P")


def test_a_credit_code_of_another_length_is_told_its_length():
    with pytest.raises(ValueError, match="this has 17"):
        check_uscc(REAL_CODES[0][:-1])


def test_an_area_is_digits():
    with pytest.raises(ValueError, match="area code"):
        check_uscc("91A10000600037341L")


def test_an_identity_number_passes_with_its_letter_in_either_case():
    assert check_resident_id("11010519491231002x") == SPECIMEN
    assert birth_date(SPECIMEN).isoformat() == "1949-12-31"


@pytest.mark.parametrize(
    "number",
    ["110105194912310021", "11010519491331002X", "11010518491231002X", "110105491231002",
     "1101051949123100²X", "", "11010519491231002XX", "1.10105E+17"],
)  # fmt: skip
def test_a_wrong_identity_number_is_refused_without_being_repeated(number):
    with pytest.raises(ValueError, match="identity number") as refusal:
        check_resident_id(number)
    assert not any(character.isdigit() for character in str(refusal.value).replace("17 digits", ""))
