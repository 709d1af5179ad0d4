"""What an operator with full rights and a colluding contributor cannot do, each with a token."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest
from contact_stage import code_in, link_in
from day_stage import DayStage
from doors import Search
from draw_stage import BRIDGES, COUNTY, ROADS
from insiders import INSIDERS, OPERATOR, SUPERVISOR, Insiders, insiders

from bidding.contact.hand import look_after
from bidding.draw import queries as draws
from bidding.draw.schema import StratumOrder
from bidding.invitation.rules import code_text
from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.database import run
from oversight.identity.rules import POSTS_OF_ROLE, SEPARATE
from oversight.values.digests import sha256

BOTH = ("operator", "contributor")
CONTACT = {"hour": 9, "hours": 4, "region": COUNTY}


async def entries(kind):
    """Return how many entries of a kind the log holds, placed or waiting."""
    rows = await run(
        "SELECT kind FROM entry WHERE kind = {} UNION ALL SELECT kind FROM pending WHERE kind = {}",
        kind,
        kind,
    )
    return len(rows)


async def test_the_operator_of_these_tests_holds_every_post_that_one_person_may():
    held = set(OPERATOR)
    for post in POSTS_OF_ROLE[Role.TRADING_CENTER] - held:
        assert any(pair <= held | {post} for pair in SEPARATE), post


async def test_an_operator_becomes_no_administrator_who_could_enter_accomplices(house):
    stage = await DayStage(house).set_up(experts=12)
    told = await Insiders(stage).enter()
    boss = await told.join("administrator", Role.TRADING_CENTER, Post.ADMINISTRATOR)
    own = f"/v1/identity/people/{boss}/posts"
    for post in ("draw_operator", "sign_in_clerk"):
        got = await told.ask("administrator", "POST", own, {"post": post})
        assert (got.status_code < 300) is (post == "sign_in_clerk"), got.text
    me = told.people["operator"]
    promoted = f"/v1/identity/people/{me}/posts"
    refused = await told.refused("administrator", "POST", promoted, {"post": "administrator"})
    assert refused["code"] == "identity.posts_separate"
    await told.refused("operator", "POST", promoted, {"post": "sign_in_clerk"}, status=403)
    entering = {"party": stage.ids[SUPERVISOR], "name": "X", "posts": ["draw_supervisor"]}
    await told.refused("operator", "POST", "/v1/identity/people", entering, status=403)
    await told.refused("operator", "POST", "/v1/identity/tokens", {"person": boss}, status=403)


# A second result ------------------------------------------------------------------------------


async def test_operator_and_contributor_get_no_second_result_for_a_request(house):
    told = await insiders(house, "revealed")
    stage = told.stage
    runs = [told.on(who, "POST", "/run", settled=False) for who in ("operator", "second operator")]
    *ends, _ = await asyncio.gather(*runs, stage.house_hand(1.0))
    assert sorted(one.status_code for one in ends) == [201, 409], [one.text for one in ends]
    await house.settle()
    before = (await told.on("contributor", "GET", "/bundle")).json()
    assert before["vrf"]["alpha"]

    for who in BOTH:
        for door, body in (("/run", None), ("/seal", {})):
            await told.refused_on(who, "POST", door, body)
    other = stage.commitment(Role.TENDERER, nonce=sha256(b"another"))
    await told.refused_on(
        "contributor", "POST", "/commitments", msgspec.to_builtins(other), status=409
    )
    another = await stage.signed_reveal(Role.TENDERER)
    for who in BOTH:
        await told.refused_on(who, "POST", "/reveals", msgspec.to_builtins(another))
    await told.refused_on(
        "operator", "POST", "/breaches", {"party": stage.ids[Role.TENDERER]}, status=409
    )
    rival = msgspec.to_builtins(stage.order_form())
    await told.refused("contributor", "POST", "/v1/draws", rival, status=409)
    form = {"tender": "tender-1", "lots": ["1"], "rulebook": "demo", "size": 5}
    await told.refused("contributor", "POST", "/v1/committees", form | {"representatives": 1})

    after = (await told.on("contributor", "GET", "/bundle")).json()
    assert after["vrf"] == before["vrf"]
    assert after["walk"] == before["walk"]
    assert await entries("bidding.draw.drawn") == await house.count("draw_result") == 1


async def test_a_contributor_that_would_change_its_nonce_once_the_others_are_known_cannot(house):
    told = await insiders(house, "sealed")
    stage = told.stage
    theirs = await stage.signed_reveal(SUPERVISOR)
    assert (
        await told.on("operator", "POST", "/reveals", msgspec.to_builtins(theirs))
    ).status_code == 201
    stage.nonces[stage.draw, stage.ids[Role.TENDERER]] = sha256(b"a better one")
    changed = await stage.signed_reveal(Role.TENDERER)
    for who in BOTH:
        await told.refused_on(who, "POST", "/reveals", msgspec.to_builtins(changed), status=422)
    await told.refused_on("operator", "POST", "/run")
    assert await entries("bidding.draw.drawn") == 0


# Skipping a position --------------------------------------------------------------------------


async def contacted(house, **order):
    """Return insiders at a draw whose invitations were rung."""
    told = await insiders(house, "drawn", **order)
    opened = await told.on("operator", "POST", "/contact", CONTACT)
    assert opened.status_code == 201, opened.text
    await told.stage.hand()
    return told


async def test_operator_and_contributor_skip_no_position_without_a_countersignature(house):
    told = await contacted(house)
    stage, before = told.stage, await draws.lines(told.stage.draw)
    found = {"line": 0, "ground": "close-relative", "note": "so they say"}
    made = await told.on("operator", "POST", "/recusals", found)
    assert made.status_code == 201, made.text
    vouch = f"/v1/proposals/{made.json()['id']}/countersignature"
    for who in BOTH:  # with the buyer's key, and with what only looks like the countersigner's
        own = await told.signed_for(made.json()["id"], Role.TENDERER)
        await told.refused(who, "POST", vouch, own, status=403)
        await told.refused(who, "POST", f"{vouch[:-16]}dismissal", {"reason": "other"})
    own = await told.signed_for(made.json()["id"], Role.TENDERER)
    await told.refused("countersigner", "POST", vouch, own, status=422)
    for door, body in (
        ("/departures", {"line": 1, "outcome": "removed", "reason": "unfit"}),  # was never there
        ("/contact/1/unreachable", None),  # one try of three
        ("/absences", None),  # nobody is expected yet
    ):
        await told.refused_on("operator", "POST", door, body)
    assert await draws.lines(stage.draw) == before
    assert await entries("bidding.draw.answered") == 0


async def test_nobody_but_the_expert_declines(house):
    told = await contacted(house)
    stage, before = told.stage, await draws.lines(told.stage.draw)
    accepting, silent, *_ = stage.outbox().values()
    await stage.reply(code_in(accepting))
    for who in (*BOTH, "countersigner"):
        for outcome in ("declined", "withdrew"):
            departure = {"line": 0, "outcome": outcome, "reason": "own-wish"}
            await told.refused_on(who, "POST", "/departures", departure)
            recusal = {"line": 0, "ground": outcome}
            await told.refused_on(who, "POST", "/recusals", recusal)
        guess = {"secret": code_text(bytes(8)), "answer": "declined", "reason": "other"}
        await told.refused(who, "POST", "/v1/answers", guess, status=404)
        used = {"secret": link_in(accepting), "answer": "declined", "reason": "other"}
        await told.refused(who, "POST", "/v1/answers", used, status=404)
    forged = await told.report(silent["id"], "key", "2", shared=bytes(32))
    assert forged.status_code == 422
    assert await told.waiting() == []
    assert await draws.lines(stage.draw) == before


async def test_a_countersignature_of_one_decline_frees_no_other_line(house):
    told = await contacted(house)
    stage = told.stage
    declining = list(stage.outbox().values())[:2]
    for message in declining:
        await stage.reply(code_in(message), "declined", "illness")
    one, other = await told.waiting()
    borrowed = await told.signed_for(one["id"], SUPERVISOR)
    path = f"/v1/proposals/{other['id']}/countersignature"
    await told.refused("countersigner", "POST", path, borrowed, status=422)
    assert (await told.countersign(one["id"])).status_code == 201
    await told.refused("countersigner", "POST", path, borrowed)
    lines = await draws.lines(stage.draw)
    assert not lines[one["line"]].holds_seat()
    assert lines[other["line"]].holds_seat()


# More invitations than free seats -------------------------------------------------------------


async def held_against_seats(stage):
    """Return (open invitations of lines that hold a seat, seats) of each stratum."""
    lines = await draws.lines(stage.draw)
    rows = await run(
        "SELECT line FROM invitation WHERE draw = {} AND state IN ('open', 'accepted')", stage.draw
    )
    counts = Counter(lines[row["line"]].stratum for row in rows if lines[row["line"]].holds_seat())
    return [(counts[place], seats) for place, seats in enumerate((2, 2))]


async def test_no_more_invitations_are_open_than_seats_are_free(house):
    told = await insiders(house, "drawn")
    stage = told.stage
    ends = await asyncio.gather(
        *(
            told.on(who, "POST", "/contact", CONTACT, settled=False)
            for who in ("operator", "second operator", "operator")
        )
    )
    assert sorted(one.status_code for one in ends) == [201, 409, 409], [e.text for e in ends]
    await house.settle()
    await asyncio.gather(*(look_after(house.clock) for _ in range(3)))
    assert await held_against_seats(stage) == [(2, 2), (2, 2)]
    rung = {one["to"] for one in stage.outbox().values()}
    assert len(rung) == 4
    await told.refused_on("operator", "POST", "/contact", CONTACT, status=409)

    first, *_ = stage.outbox().values()
    await stage.reply(code_in(first), "declined", "other")
    await stage.hand(seconds=1)  # a decline that nobody vouched for frees no seat
    assert {one["to"] for one in stage.outbox().values()} == rung
    (waits,) = await told.waiting()
    for who in BOTH:
        got = await told.countersign(waits["id"], who, Role.TENDERER)
        assert got.status_code == 403, got.text
    await stage.hand(minutes=1)
    assert {one["to"] for one in stage.outbox().values()} == rung

    await told.countersign(waits["id"])
    await asyncio.gather(*(look_after(house.clock) for _ in range(3)))
    await house.settle()
    assert len({one["to"] for one in stage.outbox().values()}) == 5
    assert await held_against_seats(stage) == [(2, 2), (2, 2)]
    assert [one["state"] for one in await told.seats()].count("ringing") == 4


# A name early ---------------------------------------------------------------------------------


async def marks():
    """Return what nobody may see, of the whole pool: names, telephones and id numbers."""
    from day_stage import card_number

    numbers = range(30)
    return [
        *(f"甄姓专家{n:03d}" for n in numbers),
        *(f"139{n:08d}" for n in numbers),
        *(card_number(n) for n in numbers),
    ]


async def crawl(told, search, who):
    """Ask every door that only answers; return what it gave away: {(door, value)}."""
    found = set()
    for template, path in list(told.doors.paths()):
        got = await told.ask(who, "GET", path, settled=False)
        assert got.status_code < 500, (path, got.text)
        said = got.content + str(got.headers).encode()
        found |= {(template, value) for value in search.found_in(said)}
    return found


# Whoever keeps the pool sees its experts by id: the same ones, drawn or not.
POOL = "/v1/roster/"


async def test_operator_and_contributor_see_no_name_before_the_list_is_opened(house):
    stage = await DayStage(house).set_up()
    stage.configure()
    told = await Insiders(stage).enter()
    pool = await told.ask("operator", "GET", "/v1/roster/experts")
    ids = [row["id"] for row in await run("SELECT id FROM expert")]
    search = Search(await marks(), ids)
    await stage.order()

    async def look(word):
        await told.on("operator", "GET", "")
        for who in INSIDERS:
            shown = {
                (door, one)
                for door, one in await crawl(told, search, who)
                if not (door.startswith(POOL) and one in search.ids)
            }
            # entries about the pool have the expert's id as their subject, for everybody
            shown = {(door, one) for door, one in shown if "/ledger/" not in door}
            assert shown == set(), (word, who)

    await look("ordered")
    for step in ("committed", "sealed", "revealed", "drawn"):
        await stage._take(step)
    await look("drawn")
    await stage.open_contact()
    await stage.let_accept()
    await stage.plan()
    await stage.represent()
    await look("accepted")
    await stage.seal_list()
    await look("listed")
    for who in ("operator", "contributor"):
        await told.refused_on(who, "GET", "/sealed-lists/1", status=403)
        await told.refused_on(who, "POST", "/identities", status=403)
        reason = {"reason": "complaint"}
        await told.refused_on(who, "POST", "/sealed-lists/openings", reason)
        await told.refused_on(who, "POST", "/auditor-file/request", {"reason": "x"}, status=403)
        await told.refused_on(who, "POST", "/auditor-file/release", status=403)
        await told.refused_on(who, "GET", "/auditor-file", status=403)
        card = {"id_number": await stage.number_of(0), "method": "document-seen", "own": True}
        await told.refused_on(who, "POST", "/sign-ins", card, status=403)
    again = await told.ask("operator", "GET", "/v1/roster/experts")
    assert again.json() == pool.json()


# Before the draw is in effect -----------------------------------------------------------------


def impatient(house):
    house.settings = msgspec.structs.replace(house.settings, effect_wait_seconds=0.05)
    use_settings(house.settings)


@pytest.mark.parametrize("word", ["ordered", "committed", "sealed", "revealed"])
async def test_nobody_is_contacted_before_a_draw(house, word):
    told = await insiders(house, word)
    for who in INSIDERS:
        await told.refused_on(who, "POST", "/contact", CONTACT)
    await told.refused_on("operator", "POST", "/contact/0/unreachable")
    await told.stage.hand()
    assert await house.count("gateway_message") == 0
    assert told.stage.outbox() == {}


async def test_nobody_is_contacted_before_the_draw_is_in_effect(house):
    told = await insiders(house, "revealed")
    ran = await told.on("operator", "POST", "/run", settled=False)
    assert ran.status_code == 201
    impatient(house)
    early = await told.on("operator", "POST", "/contact", CONTACT, settled=False)
    assert (early.status_code, early.json()["code"]) == (503, "draw.prior_entry_effective")
    await look_after(house.clock)
    assert await house.count("gateway_message") == 0
    await house.settle()
    assert (await told.on("operator", "POST", "/contact", CONTACT)).status_code == 201


async def test_whoever_takes_a_freed_seat_is_not_contacted_before_that_is_in_effect(house):
    told = await contacted(house)
    stage = told.stage
    await stage.reply(code_in(next(iter(stage.outbox().values()))), "declined", "other")
    (waits,) = await told.waiting()
    before = stage.outbox()
    vouched = await told.countersign(waits["id"], settled=False)
    assert vouched.status_code == 201
    line = len(await draws.lines(stage.draw)) - 1
    await told.refused_on("operator", "POST", f"/contact/{line}/unreachable", settled=False)
    await look_after(house.clock)
    assert stage.newest(before) == []
    await house.settle()
    await look_after(house.clock)
    assert len(stage.newest(before)) == 1


# Two at one seat ------------------------------------------------------------------------------


async def test_of_two_operators_at_one_seat_one_wins_and_the_other_gets_409_and_the_state(house):
    told = await contacted(house)
    grounds = {"operator": "close-relative", "second operator": "former-employee"}
    ends = await asyncio.gather(
        *(
            told.on(who, "POST", "/recusals", {"line": 0, "ground": ground}, settled=False)
            for who, ground in grounds.items()
        )
    )
    assert sorted(one.status_code for one in ends) == [201, 409], [one.text for one in ends]
    won, lost = sorted(ends, key=lambda one: one.status_code)
    told_state = lost.json()["found"]
    assert told_state["proposal"] == won.json()["id"]
    assert (told_state["line"], told_state["state"]) == (0, "waiting")
    assert await house.count("draw_proposal") == 1
    await house.settle()

    await told.countersign(won.json()["id"])
    late = await told.refused_on(
        "second operator", "POST", "/recusals", {"line": 0, "ground": "close-relative"}, status=409
    )
    assert late["found"]["outcomes"] == ["seated", "recused"]


async def test_of_two_operators_who_give_up_on_one_telephone_one_wins_and_the_other_gets_409(house):
    told = await contacted(house)
    stage = told.stage
    for _ in range(3):
        for ident in stage.outbox():
            await told.report(ident, "no-answer")
        await asyncio.sleep(0)
        before = stage.outbox()
        stage.house.pass_time(minutes=1)
        if len(before) < 12:
            await look_after(house.clock)
            await house.settle()
    seat = (await told.seats())[0]
    assert (seat["state"], seat["tries"]) == ("ringing", 3)
    door = f"/contact/{seat['line']}/unreachable"
    ends = await asyncio.gather(
        *(told.on(who, "POST", door, settled=False) for who in ("operator", "second operator"))
    )
    assert sorted(one.status_code for one in ends) == [201, 409], [one.text for one in ends]
    lost = max(ends, key=lambda one: one.status_code).json()
    assert lost["found"]["state"] == "unreachable"


# Thirty calls ---------------------------------------------------------------------------------


class Wide(DayStage):
    """A stage on which no two experts have one employer: nobody is passed over for a cap."""

    async def fill_pool(self, count, employers=1000, **changes):
        return await super().fill_pool(count, employers, **changes)


async def test_a_committee_of_five_that_needs_thirty_calls_fills_without_a_restart(house):
    stage = await Wide(house).set_up(experts=80)
    stage.configure()
    await stage.form(tender="tender-30", size=7, representatives=2)
    five = [StratumOrder(ROADS, COUNTY, 3), StratumOrder(BRIDGES, COUNTY, 2)]
    await stage.until("drawn", strata=five)
    told = await Insiders(stage).enter()
    assert (await told.on("operator", "POST", "/contact", CONTACT)).status_code == 201
    answered, handled = {}, set()  # by telephone; messages that were looked at
    for _ in range(40):
        if list(answered.values()).count("accepted") == 5:
            break
        await stage.hand(minutes=1)
        for ident, message in stage.outbox().items():
            if ident in handled or answered.get(message["to"]) == "accepted":
                continue
            handled.add(ident)
            says = "declined" if len(answered) < 25 else "accepted"
            if await answers(told, ident, message, says, by_key=len(handled) % 2 == 0):
                answered[message["to"]] = says
        for waits in await told.waiting():
            assert (await told.countersign(waits["id"])).status_code == 201
    assert Counter(answered.values()) == {"declined": 25, "accepted": 5}
    assert len({one["to"] for one in stage.outbox().values()}) == 30
    assert {one["channel"] for one in stage.outbox().values()} == {"message", "voice"}
    assert [one["state"] for one in await told.seats()] == ["accepted"] * 5
    own, offline = await stage.verdicts()
    assert (own.verdict, offline["exit"]) == ("valid", 0), (own.steps, offline)


async def answers(told, ident, message, says, by_key):
    """Answer as an expert, by code, or by a key once the message was in vain and a call comes."""
    if message["channel"] == "voice":
        got = await told.report(ident, "key", "1" if says == "accepted" else "2")
    elif by_key:
        got = await told.report(ident, "no-answer")
    else:
        reason = "" if says == "accepted" else "other"
        reply = {"secret": code_in(message), "answer": says, "reason": reason}
        got = await told.ask("", "POST", "/v1/answers", reply)
    assert got.status_code == 201, got.text
    return message["channel"] == "voice" or not by_key
