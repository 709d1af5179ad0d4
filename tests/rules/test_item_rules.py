"""For which purposes each law lets lists be drawn from: the negative space whole."""

from __future__ import annotations

from itertools import product

import pytest

from bidding.answer.rules import FINAL_PURPOSES
from bidding.bundle.rules import OPEN_PURPOSES, SUPPLIER_INVITATION
from bidding.item_draw.rules import check_orderer, check_purpose, outcome_of_failure
from bidding.item_list.rules import caps_of
from bidding.opening.rules import all_opened, opening_of
from bidding.recount.rules import openings_digest
from bidding.sealing.rules import Candidate, Listed, commitment, entry_parts, seal_entries
from oversight.authority.rules import TRUSTED_ROLE
from oversight.errors import RuleBroken
from oversight.rulebook.rules import EDITIONS

LOTS = {SUPPLIER_INVITATION, "tie-break"}  # they decide who may trade
PURPOSES = sorted(OPEN_PURPOSES | LOTS)
ROLES = sorted(product(PURPOSES, set(TRUSTED_ROLE.values())))
SECRET = bytes(range(32))
ITEMS = [Listed(f"item-{n}", {"item": f"item-{n}", "label": f"第{n}项"}, {}) for n in range(5)]


@pytest.mark.parametrize(("name", "purpose"), sorted(product(EDITIONS, PURPOSES)))
def test_lots_that_decide_who_trades_are_for_the_procurement_law_alone(name, purpose):
    if purpose in LOTS and name not in ("P-2025", "demo"):
        with pytest.raises(RuleBroken) as refusal:
            check_purpose(purpose, EDITIONS[name])
        assert "1117号 (二)" in str(refusal.value.found["article"])
    else:
        check_purpose(purpose, EDITIONS[name])


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("purpose", ["winner", "candidate", "bidder", "award", "", "TIE-BREAK"])
def test_no_edition_lets_winners_candidates_or_bidders_be_drawn(name, purpose):
    with pytest.raises(RuleBroken, match="purpose_lawful"):
        check_purpose(purpose, EDITIONS[name])


@pytest.mark.parametrize(("purpose", "role"), ROLES)
def test_samples_are_the_supervisor_s_to_order_and_all_else_the_buyer_s(purpose, role):
    lawful = (
        {"supervisor"} if purpose == "inspection-sample" else {"tenderer", "purchaser", "agent"}
    )
    if role in lawful:
        check_orderer(purpose, role)
    else:
        with pytest.raises(RuleBroken, match="orderer_fits"):
            check_orderer(purpose, role)


def test_one_supplier_of_each_controller_unless_the_order_names_another_number():
    for ordered in (None, {}):
        assert caps_of(SUPPLIER_INVITATION, ordered) == {"controller": 1}
        assert [caps_of(purpose, ordered) for purpose in sorted(OPEN_PURPOSES)] == [{}] * 5
    assert caps_of(SUPPLIER_INVITATION, {"controller": 2}) == {"controller": 2}


def test_what_decides_is_never_replaced_and_every_replacement_has_its_code():
    assert {"host-site", "inspection-sample"} == OPEN_PURPOSES - FINAL_PURPOSES
    assert FINAL_PURPOSES < OPEN_PURPOSES
    codes = {purpose: outcome_of_failure(purpose) for purpose in PURPOSES}
    assert set(codes.values()) == {"unreachable", "removed"}


def test_an_opening_gives_the_commitment_of_its_entry():
    for item in ITEMS:
        shown = opening_of(SECRET, item)
        assert shown.commitment == commitment(SECRET, item.id, entry_parts(item)).hex()
        assert shown.identity["value"]["label"] == item.identity["label"]
        assert "digest" in opening_of(SECRET, item, whole=False).identity


def test_whole_rosters_are_opened_once_each_in_ascending_order():
    shown = all_opened(SECRET, [*reversed(ITEMS), *ITEMS])
    names = [one.commitment for one in shown]
    assert names == sorted(set(names))
    assert len(shown) == len(ITEMS)
    assert openings_digest(shown) == openings_digest(all_opened(SECRET, ITEMS))


def test_experts_and_items_are_sealed_by_one_definition():
    expert = Candidate("e-1", "张三", "Works", "410922", ["A08"])
    for entries in ([expert], ITEMS, [expert, *ITEMS]):
        sealed = seal_entries(SECRET, entries)
        plain = [
            commitment(
                SECRET, one.expert if isinstance(one, Candidate) else one.id, entry_parts(one)
            )
            for one in entries
        ]
        assert sealed == plain
