"""Draws from lists: both verifiers prove each purpose, and what is forbidden leaves no trace."""

from __future__ import annotations

import json

import msgspec
import pytest
from draw_stage import offline
from item_stage import FIRMS, OPEN, PURPOSES, ItemStage, suppliers

from api_spec import assembly
from bidding.contact.commands import open_contact
from bidding.contact.schema import ContactOrder
from bidding.draw_end.queries import public_openings
from bidding.draw_record.queries import public_bundle
from bidding.item_draw.commands import propose_failure
from bidding.item_draw.queries import items_view
from bidding.item_list.queries import barred_suppliers
from bidding.item_list.schema import Failure, Item, ListOrder
from bidding.sealing.rules import secret_digest
from bidding.venue.commands import plan_venue
from bidding.venue.schema import PlanForm
from oversight.audit.engine import audit
from oversight.authority.rules import Role
from oversight.configuration import use_settings
from oversight.database import run
from oversight.errors import RuleBroken
from oversight.identity.trust import trust_file

ALL_EDITIONS = ("demo", "T-2025", "P-2025", "L-2025")


@pytest.fixture
async def stage(house):
    return await ItemStage(house).set_up(editions=ALL_EDITIONS)


async def refused(stage, purpose, rule, **order):
    """Return the refusal of an order, once nothing of it is left."""
    before = await traces(stage.house)
    with pytest.raises(RuleBroken) as refusal:
        await stage.order_for(purpose, **order)
    assert refusal.value.rule.code == rule
    assert await traces(stage.house) == before
    return refusal.value.found


async def traces(house):
    tables = ("draw", "draw_step", "draw_contributor", "draw_list", "payload")
    return [await house.log_rows(), *[await house.count(table) for table in tables]]


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_a_draw_for_any_purpose_is_valid_in_both_verifiers(stage, purpose):
    await stage.until_of(purpose)
    if purpose not in OPEN:
        await stage.open()
    ours, theirs = await stage.verdicts()
    assert (ours.exit, ours.verdict) == (0, "valid"), ours
    assert (theirs["exit"], theirs["verdict"]) == (0, "valid"), theirs


@pytest.mark.parametrize("edition", ["T-2025", "L-2025"])
@pytest.mark.parametrize(
    "purpose", ["tie-break", "supplier-invitation", "winner", "candidate", "evaluation-committee"]
)
async def test_lots_for_bidders_candidates_and_winners_are_refused_without_a_trace(
    stage, purpose, edition
):
    strata = stage.lists(purpose if purpose in PURPOSES else "host-site")
    found = await refused(
        stage, purpose, "item_draw.purpose_lawful", actor=stage.tenderer, rulebook=edition,
        strata=strata, contributors=[stage.ids[Role.TENDERER], stage.ids[FIRMS[0]]],
    )  # fmt: skip
    assert "1117号 (二)" in found["article"]
    assert found["regime"] == edition[0]


@pytest.mark.parametrize("edition", ALL_EDITIONS)
@pytest.mark.parametrize("purpose", ["parameter", "presentation-order", "host-site"])
async def test_what_chooses_nobody_is_drawn_under_every_law(stage, purpose, edition):
    await stage.order_for(purpose, rulebook=edition)
    assert (await items_view(stage.draw)).draw.rulebook == edition


async def test_a_case_does_not_change_its_law_between_two_draws(stage):
    await stage.order_for("parameter", rulebook="T-2025", subject="lot-7")
    await refused(stage, "tie-break", "item_draw.one_rulebook", rulebook="P-2025", subject="lot-7")
    await refused(  # a committee of the tender stands under the demo edition
        stage, "tie-break", "item_draw.one_rulebook", rulebook="P-2025", subject="tender-1"
    )


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_nobody_orders_what_is_anothers_to_order(stage, purpose):
    wrong = stage.tenderer if purpose == "inspection-sample" else stage.supervisor
    await refused(stage, purpose, "item_draw.orderer_fits", actor=wrong)


def one_list(items, seats=1):
    return [ListOrder("lot-1", seats, items)]


def invited(seats, count):
    return [ListOrder("lot-1", seats, suppliers=suppliers(count))]


ITEM, OTHER = Item("a", "甲"), Item("b", "乙")


@pytest.mark.parametrize(
    ("purpose", "strata", "rule"),
    [
        ("host-site", one_list([ITEM, ITEM]), "item_draw.lists_fit"),
        ("host-site", [*one_list([ITEM]), ListOrder("y", 1, [ITEM])], "item_draw.lists_fit"),
        ("host-site", [*one_list([ITEM]), *one_list([OTHER])], "draw.strata_ordered"),
        ("host-site", one_list([ITEM], seats=2), "item_draw.lists_fit"),
        ("host-site", one_list([]), "item_draw.lists_fit"),
        ("host-site", invited(1, 3), "item_draw.lists_fit"),
        ("parameter", [ListOrder("x", 1, [ITEM], suppliers(3))], "item_draw.lists_fit"),
        ("supplier-invitation", one_list([ITEM, OTHER]), "item_draw.lists_fit"),
        ("supplier-invitation", invited(3, 8), "item_draw.suppliers_enough"),
        ("supplier-invitation", invited(2, 12), "item_draw.suppliers_enough"),
        ("presentation-order", one_list([ITEM, OTHER]), "item_draw.order_whole"),
        ("tie-break", one_list([ITEM, OTHER]), "item_draw.tie_stands"),
    ],
)  # fmt: skip
async def test_lists_that_cannot_be_drawn_from_are_refused_without_a_trace(
    stage, purpose, strata, rule
):
    await refused(stage, purpose, rule, strata=strata)


async def test_one_bidder_does_not_tie_with_itself(stage):
    own = stage.ids[FIRMS[0]]
    alone = one_list([Item("a", "甲", own)])
    twice = one_list([Item("a", "甲", own), Item("b", "乙", own)])
    for strata in (alone, twice):
        await refused(stage, "tie-break", "item_draw.tie_stands", strata=strata)


async def test_each_tied_bidder_contributes(stage):
    some = [stage.ids[role] for role in stage.roles("tie-break") if role != FIRMS[1]]
    found = await refused(stage, "tie-break", "item_draw.tie_stands", contributors=some)
    assert found["missing"] == [stage.ids[FIRMS[1]]]


async def test_an_invitation_has_two_witnesses_of_whom_none_is_the_center(stage):
    few = [stage.ids[role] for role in
           (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR, Role.TRADING_CENTER)]  # fmt: skip
    found = await refused(
        stage, "supplier-invitation", "item_draw.witnesses_contribute", contributors=few
    )
    assert found["witnesses"] == 1


async def test_items_have_no_caps(stage):
    await refused(stage, "host-site", "draw.caps_possible", caps={"controller": 1})


async def test_suppliers_of_one_controller_are_not_invited_together(stage):
    lists = [ListOrder("lot-1", 3, suppliers=suppliers(12, controllers=4))]
    await stage.until_of("supplier-invitation", strata=lists)
    await stage.open()
    ours, theirs = await stage.verdicts()
    assert (ours.verdict, theirs["verdict"]) == ("valid", "valid")
    given = json.loads((await stage.files())[0])
    seated = {line["commitment"] for line in given["walk"] if line["outcomes"] == ["seated"]}
    controllers = [one["attributes"]["value"]["controller"] for one in given["openings"]
                   if one["commitment"] in seated]  # fmt: skip
    assert len(set(controllers)) == len(controllers) == 3


async def test_no_supplier_is_known_to_be_barred_and_each_seal_asks(stage):
    codes = [one.uscc for one in suppliers(3)]
    assert await barred_suppliers(codes) == frozenset()


async def test_another_attempt_waits_for_the_closing_of_the_one_before(stage):
    await stage.until_of("parameter", "revealed")
    await refused(stage, "parameter", "draw.attempt_before_closed")
    await stage.void()
    await stage.until_of("parameter")
    given = json.loads((await stage.files())[0])
    assert (given["request"]["attempt"], len(given["earlier"])) == (2, 1)
    ours, theirs = await stage.verdicts()
    assert (ours.verdict, theirs["verdict"]) == ("valid", "valid"), theirs


async def test_everybody_watches_a_draw_of_items_while_it_happens(stage):
    await stage.until_of("parameter", "committed")
    shown = await items_view(stage.draw)
    assert (shown.draw.state, shown.secret, shown.roster, shown.result) == ("ordered", None, [], [])
    await stage.seal()
    shown = await items_view(stage.draw)
    assert {one.label for one in shown.roster} >= {"0.95", "0.98", "3 %"}
    assert shown.result == []
    for role in stage.roles("parameter"):
        await stage.reveal(role)
    await stage.run()
    shown = await items_view(stage.draw)
    assert [(one.stratum, one.place, one.outcomes) for one in shown.result] == [
        ("k1", 1, ["seated"]), ("k2", 1, ["seated"]),
    ]  # fmt: skip
    request = json.loads((await stage.files())[0])["request"]
    assert secret_digest(bytes.fromhex(shown.secret)).hex() == request["secret"]


async def test_an_order_of_presentation_is_the_walk(stage):
    await stage.until_of("presentation-order")
    result = (await items_view(stage.draw)).result
    assert [one.place for one in result] == [1, 2, 3, 4, 5]
    assert len({one.item for one in result}) == 5


async def test_the_whole_proof_of_a_draw_of_items_is_for_everybody(stage):
    await stage.until_of("tie-break")
    given = msgspec.json.encode(await public_bundle(stage.draw))
    trust = json.dumps(msgspec.to_builtins(await trust_file())).encode()
    assert offline(stage.house.directory, given, trust)["verdict"] == "valid"
    assert len(await public_openings(stage.draw)) == 2


async def test_suppliers_are_shown_to_nobody_before_they_are_opened(stage):
    await stage.until_of("supplier-invitation")
    for read in (items_view, public_bundle, public_openings):
        with pytest.raises(RuleBroken):
            await read(stage.draw)
    assert json.loads((await stage.files())[0])["openings"] == []


async def test_no_supplier_is_named_on_the_log_or_in_plain_rows(stage):
    await stage.until_of("supplier-invitation")
    marks = [text for one in suppliers(12) for text in (one.uscc, one.name)]
    rows = await run("SELECT leaf AS data FROM entry")
    rows += await run("SELECT entries AS data FROM draw_list")
    rows += await run("SELECT people AS data FROM sealed_block")
    rows += await run("SELECT conditions AS data FROM draw")
    rows += await run("SELECT strata AS data FROM draw")
    whole = b"".join(
        row["data"].encode() if isinstance(row["data"], str) else bytes(row["data"]) for row in rows
    )
    assert [mark for mark in marks if mark.encode() in whole] == []


async def test_what_the_seal_opened_is_not_opened_again(stage):
    await stage.until_of("host-site")
    with pytest.raises(RuleBroken) as refusal:
        await stage.open()
    assert refusal.value.rule.code == "draw_end.opened_once"


async def fail(stage, line=0):
    """Say that what a line holds cannot be had, and have it countersigned."""
    failure = Failure(line, "no-answer", "two letters")
    made = await propose_failure(stage.operator, stage.draw, failure, stage.house.occasion())
    await stage.house.settle()
    return await stage.countersign(made)


@pytest.mark.parametrize("purpose", ["supplier-invitation", "host-site", "inspection-sample"])
async def test_what_cannot_be_had_makes_way_for_the_next_in_the_order(stage, purpose):
    await stage.until_of(purpose)
    before = len(json.loads((await stage.files())[0])["walk"])
    await fail(stage)
    if purpose not in OPEN:
        await stage.open()
    walk = json.loads((await stage.files())[0])["walk"]
    assert len(walk) == before + 1
    assert walk[0]["outcomes"] == ["seated", "removed" if purpose in OPEN else "unreachable"]
    ours, theirs = await stage.verdicts()
    assert (ours.verdict, theirs["verdict"]) == ("valid", "valid"), theirs


@pytest.mark.parametrize("purpose", ["tie-break", "parameter", "presentation-order"])
async def test_a_lot_that_decided_is_not_drawn_on_until_it_pleases(stage, purpose):
    await stage.until_of(purpose)
    for deed in (fail(stage), stage.propose(0, "recused")):
        with pytest.raises(RuleBroken) as refusal:
            await deed
        assert refusal.value.rule.code == "draw.result_stands"


async def test_experts_do_not_make_way_as_items_do(stage):
    await stage.fill_pool(20)
    await stage.until("drawn")
    with pytest.raises(RuleBroken) as refusal:
        await fail(stage)
    assert refusal.value.rule.code == "item_draw.listed"


@pytest.mark.parametrize("purpose", ["supplier-invitation", "host-site"])
async def test_nobody_is_invited_or_seated_as_an_expert_for_a_draw_from_lists(stage, purpose):
    await stage.until_of(purpose)
    order = ContactOrder(hour=9, hours=4, region="410928", remote=True)
    for deed in (
        open_contact(stage.operator, stage.draw, order, stage.house.occasion()),
        plan_venue(stage.operator, stage.draw, PlanForm([]), stage.house.occasion()),
    ):
        with pytest.raises(RuleBroken) as refusal:
            await deed
        assert refusal.value.rule.code == "draw.experts_drawn"


async def test_an_edition_that_is_not_in_force_governs_no_new_draw(stage):
    in_force = msgspec.structs.replace(stage.house.settings, editions=("demo",))
    use_settings(in_force)
    await refused(stage, "parameter", "rulebook.edition_known", rulebook="P-2025")


async def test_the_audit_finds_every_row_of_draws_from_lists_as_the_entries_say(stage, tmp_path):
    for number, purpose in enumerate(PURPOSES):
        await stage.until_of(purpose, subject=f"case-{number}")
        if purpose in ("supplier-invitation", "host-site"):
            await fail(stage)
    await stage.house.settle()
    report = await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        tmp_path,
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )
    assert report.differences == []
