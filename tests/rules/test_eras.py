"""When one policy follows another: what a single checkpoint confirms."""

from __future__ import annotations

import pytest

from oversight.errors import ProofRejected
from oversight.keys.signing import SigningKey
from oversight.ledger.eras import (
    FIRST_ERA,
    WEAKER_WAITS_SECONDS,
    Adopted,
    Era,
    begun_by,
    era_before,
    read_adopted,
)
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.policy import parse_policy

PUBLIC = {name: SigningKey(name.encode().ljust(32)).public for name in ("audit", "news")}
AUDIT = VerifierKey("audit.example", COSIGNATURE_ED25519, PUBLIC["audit"])
TEXTS = {
    name: f"witness w {make_vkey(f'{name}.example', public, COSIGNATURE_ED25519)}\nquorum w\n"
    for name, public in PUBLIC.items()
}
BY_AUDIT, BY_NEWS = (parse_policy(TEXTS[name]) for name in PUBLIC)
DAY_1 = 1_000_000


def test_of_changes_that_one_checkpoint_confirms_the_latest_counts():
    changes = [Adopted(3, DAY_1, BY_NEWS), Adopted(5, DAY_1, BY_AUDIT)]
    assert begun_by(FIRST_ERA, changes, 6, []) == Era(6, BY_AUDIT, 5)
    assert begun_by(FIRST_ERA, changes, 5, []) == Era(5, BY_NEWS, 3)


def test_a_checkpoint_confirms_no_change_that_it_does_not_cover_or_that_judges_already():
    changes = [Adopted(3, DAY_1, BY_AUDIT)]
    assert begun_by(FIRST_ERA, changes, 3, []) is None
    assert begun_by(Era(4, BY_AUDIT, 3), changes, 9, [(AUDIT, DAY_1)]) is None


@pytest.mark.parametrize(("late", "begins"), [(0, True), (-1, False)])
def test_a_change_that_lets_a_cosigner_go_waits_for_a_cosignature_a_day_younger(late, begins):
    at = DAY_1 + WEAKER_WAITS_SECONDS + late
    begun = begun_by(Era(4, BY_AUDIT, 3), [Adopted(7, DAY_1, BY_NEWS)], 9, [(AUDIT, at)])
    assert (begun is not None) == begins


def test_a_policy_is_measured_against_the_era_before_it():
    eras = [FIRST_ERA, Era(4, BY_AUDIT, 3), Era(20, BY_NEWS, 12)]
    assert [era_before(eras, index).index for index in (0, 3, 4, 12, 13, 99)] == [
        -1,
        -1,
        3,
        3,
        12,
        12,
    ]


def test_a_policy_is_as_old_as_its_entry_to_the_next_full_second():
    for fraction, second in (("000000", 1), ("000001", 2)):
        read = read_adopted(4, f"1970-01-01T00:00:01.{fraction}Z", TEXTS["audit"])
        assert read == Adopted(4, second, BY_AUDIT)


@pytest.mark.parametrize("text", [None, 5, "", "quorum nobody\n"])
def test_what_is_no_policy_adopts_none(text):
    with pytest.raises(ProofRejected):
        read_adopted(4, "1970-01-01T00:00:01.000000Z", text)
