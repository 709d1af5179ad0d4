"""The service carries a walk on as the verifier replays it, whatever is answered; and the seats."""

import asyncio
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from bidding.answer.rules import SeatState, seating, seats_of_lines
from bidding.bundle.rules import Contributor, Pool, Request, Stratum, WalkLine
from bidding.draw.facts import Answered
from bidding.lottery.rules import PROTOCOL, orders
from bidding.recount.rules import check_walk
from bidding.sealing.rules import roster_root
from bidding.terminal.queries import paths_of, walk
from bidding.walk.rules import ANSWERS, LEFT, caps_kept, walk_digest
from oversight.values.digests import sha256, to_base64


@st.composite
def draws(draw):
    """Strata over a world of forty experts of a few employers, and answers to seated lines."""
    count = draw(st.integers(1, 3))
    world = [sha256(bytes([expert])) for expert in range(40)]
    rosters = [
        sorted(draw(st.lists(st.sampled_from(world), min_size=1, max_size=14, unique=True)))
        for _ in range(count)
    ]
    seats = [draw(st.integers(1, len(roster))) for roster in rosters]
    caps = draw(st.sampled_from([{}, {"employer": 1}, {"employer": 2}]))
    asked = draw(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(ANSWERS)), max_size=25))
    return (
        request_of(seats, rosters, caps),
        rosters,
        draw(st.binary(min_size=32, max_size=32)),
        asked,
    )


def request_of(seats, rosters, caps):
    strata = [
        Stratum(f"s@{number}", held, len(roster), roster_root(roster).hex())
        for number, (held, roster) in enumerate(zip(seats, rosters, strict=True))
    ]
    return Request(
        protocol=PROTOCOL, origin="log.example", draw="draw-1", of=None, subject="committee-1",
        purpose="evaluation-committee", attempt=1, rulebook="demo", secret="00" * 32,
        pool=Pool(1, "00" * 32), strata=strata, caps=caps,
        contributors=[Contributor("a", to_base64(bytes(32)), "00" * 32)],
        beacon=None, vrf_key="00" * 32, reveal_by="2026-03-02T09:00:00Z",
    )  # fmt: skip


def attributes_in(rosters):
    """Tell attributes as the service does: a few at a time, and only when it is asked."""

    async def attributes(stratum, position):
        near = range(
            position - position % 3, min(position - position % 3 + 3, len(rosters[stratum]))
        )
        return {(stratum, at): employer_of(rosters[stratum][at]) for at in near}

    return attributes


def employer_of(commitment):
    return {"employer": f"employer {commitment[0] % 5}"}


async def told(case):
    """Answer line after line as the service does; return all walks, and the last one's paths."""
    request, rosters, seed, asked = case
    sizes = {stratum.id: stratum.size for stratum in request.strata}
    ordered, attributes = orders(seed, sizes), attributes_in(rosters)
    given, walks = [], [await walk(request, ordered, rosters, attributes)]
    for number, code in asked:
        held = [line for line, one in enumerate(walks[-1]) if one.holds_seat()]
        if held:
            given.append((held[number % len(held)], code))
            walks.append(await walk(request, ordered, rosters, attributes, answers=given))
    return given, walks, await paths_of(rosters, walks[-1]), ordered


def attempt_of(request, given, walks, paths):
    """Return what the verifier sees: the bundle's lines, and the entries with their digests."""
    bundled = [
        WalkLine(inclusion=[node.hex() for node in path], **line.public())
        for line, path in zip(walks[-1], paths, strict=True)
    ]
    entries = [
        (
            SimpleNamespace(index=number),
            Answered("draw-1", number, line, code, "", "", "", walk_digest(after).hex()),
        )
        for number, ((line, code), after) in enumerate(zip(given, walks[1:], strict=True))
    ]
    drawn = SimpleNamespace(walk=walk_digest(walks[0]).hex())
    record = SimpleNamespace(all=lambda kind: entries if kind is Answered else [])
    return SimpleNamespace(request=request, walk=bundled, record=record, drawn=lambda: drawn)


@settings(max_examples=150, deadline=None)
@given(draws())
def test_the_service_carries_a_walk_on_as_the_verifier_replays_it(case):
    given_, walks, paths, ordered = asyncio.run(told(case))
    attempt = attempt_of(case[0], given_, walks, paths)
    _, replayed = check_walk(attempt, ordered)
    assert replayed == walks[-1]
    attributes = {line.commitment: employer_of(line.commitment) for line in replayed}
    assert caps_kept(replayed, case[0].caps, attributes)


@settings(max_examples=100, deadline=None)
@given(draws())
def test_an_answer_changes_its_own_line_and_appends_to_its_own_stratum(case):
    given_, walks, _, _ = asyncio.run(told(case))
    for (number, code), before, after in zip(given_, walks, walks[1:], strict=False):
        assert [line.commitment for line in before] == [
            line.commitment for line in after[: len(before)]
        ]
        changed = [at for at in range(len(before)) if before[at] != after[at]]
        assert changed == [number]
        assert {line.stratum for line in after[len(before) :]} <= {before[number].stratum}
        assert not (code == LEFT and len(after) > len(before))


@settings(max_examples=150, deadline=None)
@given(draws())
def test_every_seated_line_has_one_seat_of_its_stratum_and_every_seat_at_most_one_line(case):
    given_, walks, _, _ = asyncio.run(told(case))
    seats, lines = [stratum.seats for stratum in case[0].strata], walks[-1]
    planned = seating(seats, lines, given_)
    assert [one.number for one in planned] == list(range(1, sum(seats) + 1))
    filled = [one for one in planned if one.line is not None]
    held = [number for number, line in enumerate(lines) if line.holds_seat()]
    assert sorted(one.line for one in filled) == held
    assert all(lines[one.line].stratum == one.stratum for one in filled)
    left = sum(code == LEFT for _, code in given_)
    assert sum(one.state is SeatState.LEFT for one in planned) == left
    of_lines = seats_of_lines(seats, lines, given_)
    assert of_lines.keys() == {number for number, line in enumerate(lines) if line.was_seated()}
    for number, code in given_:
        after = [line for line, seat in of_lines.items() if seat == of_lines[number]]
        assert code != LEFT or max(after) == number, "nobody follows whoever left"
