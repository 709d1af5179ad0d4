"""Identifiers: those that we make (UUIDv7) and those that the state gives.

Neither check digits nor dates prove that an organisation or a person exists: they catch
mistyped characters. Exchanging two characters of equal weight is not caught.
"""

import re
from datetime import UTC, date, datetime

from oversight.values.names import half_width

UUID7_RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The upper two bits of this digit say the variant: 10 (RFC 9562, section 4.1).
_VARIANTS = {digit: "89ab"[int(digit, 16) & 0b11] for digit in "0123456789abcdef"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

# GB 32100: no I, O, S, V, Z, so the first four have one intended reading each.
USCC_LENGTH = 18
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {character: value for value, character in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_MISREAD = str.maketrans("OISZ", "0152")
_AREA = range(2, 8)  # places of the six digits of GB/T 2260, counted from 0

# GB 11714: the organisation code inside, places 9 to 17.
_INNER = slice(8, 16)
_INNER_CHECK = 16
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

# GB 11643 (ISO 7064 MOD 11-2).
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_BIRTH_YEARS = range(1900, 2100)


def uuid7(at: datetime, random10: bytes) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7): milliseconds of `at`, then 74 of 80 random bits."""
    assert len(random10) == UUID7_RANDOM_BYTES
    assert at.tzinfo is not None
    since = at - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    stamp, rest = f"{milliseconds:012x}", random10.hex()
    variant = _VARIANTS[rest[4]]
    return f"{stamp[:8]}-{stamp[8:]}-7{rest[1:4]}-{variant}{rest[5:8]}-{rest[8:]}"


def is_uuid(text: object) -> bool:
    """Tell whether `text` is a UUID of RFC 9562 in its one lower-case form."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def check_uscc(text: str) -> str:
    """Return the unified social credit code in upper case and half width, both checks passed.

    Raises:
        ValueError: says which character is wrong and, where O, I, S or Z was put for 0, 1, 5
            or 2 and the correction holds, what was probably meant. Nothing is corrected silently.
    """
    code = half_width(text).strip().upper()
    if len(code) != USCC_LENGTH:
        raise ValueError(f"a unified social credit code has 18 characters, this has {len(code)}")
    problem = _uscc_problem(code)
    if problem is None:
        return code
    meant = code.translate(_MISREAD)
    hint = f"; {meant} was probably meant" if meant != code and not _uscc_problem(meant) else ""
    raise ValueError(problem + hint)


def _uscc_problem(code: str) -> str | None:
    """Say what is wrong with 18 characters, the first fault first; None when nothing is."""
    for place, character in enumerate(code):
        if character not in _USCC_VALUE:
            return (
                f"character {place + 1} ({character}) never stands in a unified social credit code"
            )
        if place in _AREA and not character.isdigit():
            return f"character {place + 1} ({character}) belongs to the area code, which is digits"
    if code[_INNER_CHECK] != _inner_check(code[_INNER]):
        return "character 17 does not check the organisation code in places 9 to 16"
    if code[-1] != _outer_check(code):
        return "character 18 does not check the 17 before it"
    return None


def _outer_check(code: str) -> str:
    total = sum(_USCC_VALUE[c] * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def _inner_check(body: str) -> str:
    total = sum(int(c, 36) * w for c, w in zip(body, _INNER_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def check_resident_id(text: str) -> str:
    """Return the 18-character citizen identity number (GB 11643), its last letter upper-case.

    Raises:
        ValueError: says what is wrong and never repeats the number, which is personal data.
    """
    number = half_width(text).strip().upper()
    if not _RESIDENT.fullmatch(number):
        raise ValueError("an identity number is 17 digits and a digit or X")
    birth_date(number)
    total = sum(int(c) * w for c, w in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    if number[-1] != _RESIDENT_CHECKS[total % 11]:
        raise ValueError("the check digit of the identity number does not fit")
    return number


def birth_date(resident_id: str) -> date:
    """Return the date of birth that an 18-character identity number states.

    Raises:
        ValueError: no such day, or outside 1900 to 2099; the number is not repeated.
    """
    try:
        born = date.fromisoformat(resident_id[6:14])
    except ValueError:
        raise ValueError("the identity number states a day of birth that does not exist") from None
    if born.year not in _BIRTH_YEARS:
        raise ValueError("the identity number states an implausible year of birth")
    return born
