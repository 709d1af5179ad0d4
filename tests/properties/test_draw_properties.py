"""What must hold of every walk and every order, and of every bundle that was touched."""

from hashlib import shake_256

from hypothesis import given, settings
from hypothesis import strategies as st
from own_vectors import own_cases
from tampering import as_json, sample, spoiled

from bidding.lottery.rules import Order, stratum_key
from bidding.report.rules import Verdict
from bidding.verdict.rules import judge
from bidding.walk.rules import ANSWERS, DUPLICATE, LEFT, SEATED, Walk

COMMITTEE = next(case for case in own_cases() if case["name"] == "committee")


@st.composite
def walks(draw):
    """Strata over a small world of experts, who stand in several of them, and some answers."""
    count = draw(st.integers(1, 3))
    rosters = [
        draw(st.lists(st.integers(0, 12), min_size=1, max_size=10, unique=True))
        for _ in range(count)
    ]
    seats = [draw(st.integers(1, len(roster))) for roster in rosters]
    capped = draw(st.frozensets(st.integers(0, 12), max_size=3))
    answers = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(ANSWERS)), max_size=12))
    walk = Walk(
        seats,
        [range(len(roster)) for roster in rosters],
        lambda stratum, position: bytes([rosters[stratum][position]]) * 32,
        lambda stratum, position, _: rosters[stratum][position] not in capped,
    )
    return walk, seats, rosters, answers


def seated(walk, stratum):
    return sum(line.holds_seat() for line in walk.lines if line.stratum == stratum)


@given(walks())
def test_no_stratum_ever_holds_more_than_its_seats_and_nobody_holds_two(case):
    walk, seats, _, answers = case
    walk.begin()
    for number, code in answers:
        if walk.obstacle(number, code) is None:
            walk.answer(number, code)
        for stratum, most in enumerate(seats):
            assert seated(walk, stratum) <= most
        ever = [line.commitment for line in walk.lines if line.was_seated()]
        assert len(ever) == len(set(ever))


@given(walks())
def test_each_stratum_is_walked_in_order_and_leaves_nobody_out(case):
    walk, _, rosters, answers = case
    walk.begin()
    for number, code in answers:
        if walk.obstacle(number, code) is None:
            walk.answer(number, code)
    for stratum in range(len(rosters)):
        walked = [line.position for line in walk.lines if line.stratum == stratum]
        assert walked == list(range(len(walked)))


@given(walks())
def test_excusing_somebody_moves_the_next_in_line_only(case):
    walk, _, _, answers = case
    walk.begin()
    for number, code in answers:
        if walk.obstacle(number, code) is not None:
            continue
        before = list(walk.lines)
        walk.answer(number, code)
        kept, new = walk.lines[: len(before)], walk.lines[len(before) :]
        assert kept[:number] + kept[number + 1 :] == before[:number] + before[number + 1 :]
        assert all(line.stratum == before[number].stratum for line in new)
        assert [line.outcomes[0] == SEATED for line in new[:-1]] == [False] * len(new[:-1])
        assert not (code == LEFT and new)


@given(walks())
def test_a_seat_stays_empty_only_if_its_stratum_is_exhausted_or_somebody_left(case):
    walk, seats, _, answers = case
    walk.begin()
    left = [0] * len(seats)
    for number, code in answers:
        if walk.obstacle(number, code) is None:
            left[walk.lines[number].stratum] += code == LEFT
            walk.answer(number, code)
    for stratum, most in enumerate(seats):
        full = seated(walk, stratum) + left[stratum] == most
        assert full or walk.exhausted(stratum)


@given(walks())
def test_a_commitment_that_stands_earlier_is_a_duplicate_and_no_other_is(case):
    walk, *_ = case
    walk.begin()
    met = set()
    for line in walk.lines:
        assert (line.outcomes[0] == DUPLICATE) == (line.commitment in met)
        met.add(line.commitment)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 300), st.data())
def test_however_an_order_is_read_it_is_the_full_sort(seed, size, data):
    stream = shake_256(stratum_key(seed, "s")).digest(16 * size)
    whole = sorted(range(size), key=lambda place: (stream[16 * place : 16 * place + 16], place))
    order = Order(seed, "s", size)
    for rank in data.draw(st.lists(st.integers(0, size - 1), max_size=5)):
        assert order[rank] == whole[rank]


SPOILED = sample(
    [
        (what, document)
        for what, document in spoiled(COMMITTEE["bundle"])
        # Entries are known by their index: in which order they are listed does not matter.
        if not (what.startswith("log/entries ") and " before " in what)
    ],
    4_000,
    "bundle",
)


@settings(max_examples=250)
@given(st.sampled_from(range(len(SPOILED))))
def test_a_bundle_touched_at_one_place_is_never_valid(number):
    what, document = SPOILED[number]
    report = judge(as_json(document), as_json(COMMITTEE["trust"]))
    assert report.verdict is not Verdict.VALID, what


@settings(max_examples=150)
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode()))
def test_noise_is_unusable_or_fails_at_shape_and_never_raises(noise):
    report = judge(noise, as_json(COMMITTEE["trust"]))
    assert report.verdict is Verdict.UNUSABLE or report.refused_at == "shape"
