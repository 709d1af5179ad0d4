"""The draw rules over a whole log: what entries alone show of rivals, chains and steps."""

from __future__ import annotations

import msgspec
import pytest
from published import ROSTER, Memory, form, whole_draw

from bidding.draw import facts
from bidding.draw_chain.rules import DRAW_CHAINS
from oversight.ledger.facts import read_entry
from oversight.public_audit.rules import told_of
from scripts.draw_scene import Told
from scripts.made_up_log import CENTER, SUBJECT, SUPERVISOR, TENDERER, Scene

OTHER = "0195a000-0000-7000-8000-00000000beef"


def found(scene):
    """Return what the rules find, by entry."""
    shelf, findings = Memory(), {}
    for index, leaf in enumerate(scene.leaves):
        told = told_of(index, read_entry(leaf))
        if told.kind in DRAW_CHAINS.judges:
            texts = [one.text for one in DRAW_CHAINS.judges[told.kind](told, shelf)]
            if texts:
                findings[index] = texts
    return findings


@pytest.fixture
def scene():
    made = Scene("chains")
    form(made)
    return made


def only(scene, index, text):
    """Assert that this entry alone is named, for this alone."""
    findings = found(scene)
    assert list(findings) == [index], findings
    assert len(findings[index]) == 1, findings
    assert text in findings[index][0]


def sealed(scene, **changes):
    return Told(scene, **changes).commit().seal(ROSTER)


def drawn(scene, **changes):
    return sealed(scene, **changes).reveal().draw()


def closed(scene, **changes):
    told = sealed(scene, **changes)
    return told.close(facts.Lapsed, TENDERER, "postponed")


def test_whole_draws_with_answers_attempts_and_closings_pass(scene):
    closed(scene)
    before = len(scene.leaves) - 1
    told = drawn(scene, attempt=2, previous=before).answer(0, "declined").answer(1, "left")
    told.identify()
    assert found(scene) == {}


def test_closings_pass_wherever_they_may_stand(scene):
    first = Told(scene).close(facts.Lapsed, TENDERER, "order-mistaken")
    second = sealed(scene, attempt=2, previous=first.newest).reveal()
    second.close(facts.Voided, SUPERVISOR, "no-proof", proved=False)
    third = drawn(scene, attempt=3, previous=second.newest).answer(0, "declined")
    third.close(facts.Voided, SUPERVISOR, "leak")
    assert found(scene) == {}


# Rivals -----------------------------------------------------------------------------------------


def order(scene, draw, *, subject=SUBJECT, previous=None, attempt=1, of=None,
          purpose="evaluation-committee"):  # fmt: skip
    fact = facts.Ordered(draw, previous, purpose, attempt, of)
    return scene.tell(fact, TENDERER, subject=subject)


def test_a_second_first_attempt_is_a_rival(scene):
    whole_draw(scene)
    rival = order(scene, "rival")
    assert any("rivals the draw" in text for text in found(scene)[rival])
    assert list(found(scene)) == [rival]


def test_a_further_attempt_while_the_one_before_is_open_is_a_rival(scene):
    told = sealed(scene)
    only(scene, order(scene, "rival", attempt=2, previous=told.newest), "rivals the draw")


@pytest.mark.parametrize("attempt", [1, 3])
def test_attempts_are_gapless(scene, attempt):
    told = closed(scene)
    rival = order(scene, "next", attempt=attempt, previous=told.newest)
    only(scene, rival, f"is attempt {attempt} where 2 is next")


def test_a_first_attempt_is_number_one_and_follows_nothing(scene):
    only(scene, order(scene, "one", attempt=2), "is attempt 2 where 1 is next")
    order(scene, "two", previous=0)
    assert "follows an entry" in found(scene)[len(scene.leaves) - 1][0]


@pytest.mark.parametrize("previous", [None, 0])
def test_a_further_attempt_follows_the_closing_before(scene, previous):
    closed(scene)
    only(scene, order(scene, "next", attempt=2, previous=previous), "does not follow the closing")


def test_one_draw_is_ordered_once(scene):
    told = closed(scene)
    again = order(scene, told.id, attempt=2, previous=told.newest)
    only(scene, again, "was ordered before")


def test_attempts_count_along_predecessors(scene):
    told = closed(scene)
    form(scene, OTHER, number=2, predecessor=SUBJECT)
    reset = order(scene, "reset", subject=OTHER)
    assert any("is attempt 1 where 2" in text for text in found(scene)[reset])
    order(scene, "next", subject=OTHER, attempt=2, previous=told.newest)
    assert list(found(scene)) == [reset]


def test_a_draw_for_a_committee_that_nobody_formed_is_found():
    scene = Scene("nobody")
    only(scene, order(scene, "one"), "never formed")


def test_other_purposes_need_no_committee():
    scene = Scene("tie")
    order(scene, "one", purpose="tie-break")
    assert found(scene) == {}


# Supplements ------------------------------------------------------------------------------------


def test_a_supplement_follows_its_parents_newest_entry(scene):
    told = drawn(scene).answer(0, "declined")
    order(scene, "more", of=told.id, previous=told.newest)
    assert found(scene) == {}


def test_a_supplement_that_does_not_follow_its_parent_is_found(scene):
    told = drawn(scene).answer(0, "declined")
    more = order(scene, "more", of=told.id, previous=told.newest - 1)
    only(scene, more, "does not follow its parent")


def test_a_supplement_of_what_was_not_drawn_or_not_ordered_is_found(scene):
    told = sealed(scene)
    only(scene, order(scene, "more", of=told.id, previous=told.newest), "was not drawn")
    order(scene, "none", of="nothing", previous=0)
    assert "never ordered" in found(scene)[len(scene.leaves) - 1][0]


# Committees -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "is a rival of the committees"),
        ({"lots": ["0", "1"]}, "is a rival of the committees"),
        ({"number": 2, "predecessor": SUBJECT, "tender": "another"}, "another tender"),
        ({"number": 3, "predecessor": SUBJECT}, "counts its place"),
        ({"lots": ["2"], "predecessor": "nobody"}, "was never formed"),
        ({"lots": ["2"], "number": 2}, "counts its place"),
    ],
)
def test_a_committee_in_the_place_of_another_names_it(scene, changes, text):
    only(scene, form(scene, OTHER, **changes), text)


def test_a_committee_is_formed_once_and_succeeded_once(scene):
    only(scene, form(scene, lots=["2"]), "was formed before")
    form(scene, "second", number=2, predecessor=SUBJECT)
    third = form(scene, "third", number=2, predecessor=SUBJECT)
    assert found(scene)[third] == ["succeeds a committee that has a successor"]


def test_a_lot_that_a_successor_left_out_is_no_free_lot():
    scene = Scene("lots")
    form(scene, lots=["1", "2"])
    form(scene, OTHER, lots=["1"], number=2, predecessor=SUBJECT)
    only(scene, form(scene, "third", lots=["2"]), "is a rival")


# Steps ------------------------------------------------------------------------------------------


def test_a_second_seal_is_found(scene):
    told = sealed(scene)
    only(scene, told.seal(ROSTER).newest, "out of turn: the draw is sealed")


@pytest.mark.parametrize(
    ("field", "value"), [("purpose", "tie-break"), ("attempt", 2), ("of", "something")]
)
def test_a_seal_agrees_with_its_order(scene, field, value):
    told = sealed(scene, lies={f"sealed.{field}": value})
    only(scene, told.newest, "than was ordered")


def test_a_seal_comes_after_two_commitments(scene):
    only(scene, Told(scene).commit(TENDERER).seal(ROSTER).newest, "with 1 commitments")


def test_a_commitment_comes_before_the_seal_once_and_from_its_party(scene):
    told = sealed(scene)
    late = told.commit(TENDERER).newest
    assert found(scene)[late][0] == "comes out of turn: the draw is sealed"
    other = Scene("twice")
    form(other)
    only(other, Told(other).commit().commit(TENDERER).newest, "a second time")
    third = Scene("for another")
    form(third)
    told = Told(third, lies={"committed@actor": SUPERVISOR}).commit(TENDERER)
    only(third, told.newest, "for another party")


@pytest.mark.parametrize(
    ("lies", "text"),
    [
        ({"revealed.nonce": "00" * 32}, "does not open the commitment"),
        ({"revealed.request": "00" * 32}, "another request"),
        ({"revealed.party": "party-bidder-a"}, "did not commit"),
        ({"revealed@actor": CENTER}, "another party than its actor"),
        ({"revealed.signature": None}, "without a signature"),
        ({"revealed.previous": 0}, "does not follow"),
    ],
)
def test_a_false_reveal_is_found(scene, lies, text):
    told = Told(scene, lies=lies).commit().seal(ROSTER).reveal(TENDERER)
    only(scene, told.newest, text)


def test_a_reveal_comes_once_and_after_the_seal(scene):
    told = sealed(scene).reveal()
    only(scene, told.reveal(TENDERER).newest, "a second time")
    other = Scene("unsealed")
    form(other)
    told = Told(other).commit()
    fact = facts.Revealed(
        told.id, told.newest, TENDERER, told.nonce(TENDERER).hex(), "00" * 32, "signature"
    )
    early = other.tell(fact, TENDERER)
    assert found(other)[early][0] == "comes out of turn: the draw is ordered"


@pytest.mark.parametrize(
    ("missing", "text"), [(True, "before every contributor"), (False, "another request")]
)
def test_a_false_result_is_found(scene, missing, text):
    told = sealed(scene, lies={} if missing else {"drawn.request": "00" * 32})
    told.reveal(TENDERER) if missing else told.reveal()
    only(scene, told.draw().newest, text)


def null_reveal(told, party):
    return told._log(
        facts.Revealed(told.id, told.newest, party, None, told.digest.hex(), None), CENTER
    )


def test_without_a_beacon_every_nonce_is_needed_with_one_any(scene):
    told = sealed(scene, lies={"drawn.beacon": "ab"})
    null_reveal(told, SUPERVISOR)
    told.reveal(TENDERER).draw()
    assert found(scene) == {}
    other = Scene("no beacon")
    form(other)
    told = sealed(other)
    null_reveal(told, SUPERVISOR)
    only(other, told.reveal(TENDERER).draw().newest, "without a beacon")
    third = Scene("no nonce")
    form(third)
    told = sealed(third, lies={"drawn.beacon": "ab"})
    null_reveal(told, SUPERVISOR)
    null_reveal(told, TENDERER)
    only(third, told.draw().newest, "without any nonce")


def test_a_draw_is_drawn_once(scene):
    told = drawn(scene)
    only(scene, told.draw().newest, "out of turn: the draw is drawn")


@pytest.mark.parametrize(
    ("lies", "text"),
    [
        ({"answered.outcome": "bored"}, "a code that is none"),
        ({"answered.line": -1}, "or is none"),
        ({"answered.countersigner": "party-bidder-a"}, "nobody who contributed"),
        ({"answered.previous": 0}, "does not follow"),
    ],
)
def test_a_false_answer_is_found(scene, lies, text):
    only(scene, drawn(scene, lies=lies).answer(0, "declined").newest, text)


def test_a_line_is_freed_once(scene):
    told = drawn(scene).answer(0, "declined")
    told.lies = {"answered.line": 0}
    only(scene, told.answer(1, "declined").newest, "freed before")


def test_identities_come_after_the_result_and_last(scene):
    told = whole_draw(scene)
    told.lies = {"answered.walk": "00" * 32}
    only(scene, told.answer(0, "declined").newest, "out of turn: the draw is identified")
    told.close(facts.Voided, SUPERVISOR, "leak")
    assert "out of turn" in found(scene)[told.newest][0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"reason": "boredom"}, "for a reason that is none"),
        ({"alpha": None}, "a part of the result"),
        ({"walk": None}, "a part of the result"),
        ({"alpha": "00" * 32}, "another result"),
        ({"walk": "00" * 32}, "another result"),
        ({"alpha": None, "pi": None, "walk": None}, "another result"),
        ({"reason": "no-proof"}, "for want of a proof"),
    ],
)
def test_a_closing_hides_nothing_of_what_was_drawn(scene, changes, text):
    told = drawn(scene)
    told.close(facts.Voided, SUPERVISOR, "leak")
    entry = read_entry(scene.leaves.pop())
    fact = msgspec.convert(entry.body, facts.Voided)
    index = scene.tell(msgspec.structs.replace(fact, **changes), SUPERVISOR)
    findings = found(scene)
    assert list(findings) == [index]
    assert any(text in one for one in findings[index])


def test_nothing_follows_a_closing(scene):
    told = closed(scene)
    only(scene, told.close(facts.Voided, SUPERVISOR, "leak").newest, "out of turn")


def test_steps_of_no_draw_another_subject_or_another_form_are_found(scene):
    told = Told(scene)
    lost = scene.tell(facts.Identified("nothing", told.newest, "00" * 32), CENTER)
    other = scene.tell(facts.Identified(told.id, told.newest, "00"), CENTER)
    fact = facts.Sealed(told.id, told.newest, "00" * 32, told.purpose, 1, None)
    strange = scene.tell(fact, CENTER, subject=OTHER)
    findings = found(scene)
    assert findings[lost] == ["belongs to no draw that was ordered"]
    assert findings[other] == ["says not what its kind says"]
    assert "is about another subject than its draw" in findings[strange]


def test_what_follows_a_refused_entry_is_held_against_the_last_that_stood(scene):
    told = sealed(scene)
    intruder = scene.tell(
        facts.Sealed(told.id, told.newest, "11" * 32, told.purpose, 1, None), CENTER
    )
    told.reveal().draw().identify()
    assert list(found(scene)) == [intruder]
