"""A draw's life: steps, attempts, contributors, rosters, reveals, closing."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bidding.closing.rules import (
    LAPSE_REASONS,
    VOID_REASONS,
    Close,
    Closers,
    State,
    check_closing,
    check_no_proof,
)
from bidding.contribution.rules import (
    Entrants,
    check_contributors,
    check_contributors_kept,
    check_nonce,
    check_reveal_time,
    commit_statement,
    contribution,
    reveal_statement,
)
from bidding.draw.rules import (
    TRANSITIONS,
    Answer,
    Step,
    advance,
    check_caps,
    check_rosters,
    check_strata,
    check_vrf_lead,
    next_attempt,
)
from oversight.errors import RuleBroken

UNLAWFUL = sorted(set(itertools.product(State, Step)) - TRANSITIONS.keys())
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROLES = {
    "center": "center",
    "bureau": "supervisor",
    "school": "tenderer",
    "agency": "agent",
    "firm": "other",
}


def refused(code):
    return pytest.raises(RuleBroken, match=rf"^draw\.{code}:")


@pytest.mark.parametrize(("state", "step"), UNLAWFUL)
def test_a_step_outside_the_table_is_refused(state, step):
    with refused("step_lawful"):
        advance(state, step)


@pytest.mark.parametrize("state", [State.IDENTIFIED, State.VOIDED, State.LAPSED])
def test_a_finished_draw_takes_no_step(state):
    assert not [start for start, _ in TRANSITIONS if start is state]


def test_a_draw_can_be_closed_from_order_until_identities():
    closable = {state for state, step in TRANSITIONS if step is Step.VOID}
    assert closable == {State.ORDERED, State.SEALED, State.DRAWN}
    assert closable == {state for state, step in TRANSITIONS if step is Step.LAPSE}


def test_attempts_are_counted_without_gaps_up_to_the_limit():
    assert next_attempt([], 3) == 1
    assert next_attempt([State.VOIDED, State.LAPSED], 3) == 3
    with refused("attempts_limited"):
        next_attempt([State.VOIDED] * 3, 3)


@pytest.mark.parametrize("state", [State.ORDERED, State.SEALED, State.DRAWN, State.IDENTIFIED])
def test_a_further_attempt_needs_the_one_before_closed(state):
    with refused("attempt_before_closed"):
        next_attempt([state], 3)


@pytest.mark.parametrize("strata", [[], [("A", 1), ("A", 2)], [("A", 0)], [("A", 1), ("B", -1)]])
def test_an_order_names_each_stratum_once_with_seats(strata):
    with refused("strata_ordered"):
        check_strata(strata)


@pytest.mark.parametrize("caps", [{"employer": 0}, {"specialties": 1}, {"age": 2}])
def test_a_cap_names_a_text_attribute_and_allows_at_least_one(caps):
    with refused("caps_possible"):
        check_caps(caps, "evaluation-committee")


def test_items_that_are_public_know_no_caps():
    with refused("caps_possible"):
        check_caps({"employer": 1}, "tie-break")


def entrants(*parties, keys=None, must=("supervisor",), purpose="evaluation-committee"):
    pairs = [(party, (keys or {}).get(party, party)) for party in parties]
    return Entrants(pairs, ROLES, must, purpose)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (entrants("school"), "contributors_enough"),
        (entrants("center"), "contributors_enough"),
        (entrants("school", "school", "bureau"), "contributors_enough"),
        (entrants("school", "bureau", keys={"school": "k", "bureau": "k"}), "contributors_enough"),
        (entrants("bureau", "center"), "applicant_contributes"),
        (entrants("school", "center"), "roles_contribute"),
        (entrants("school", "bureau", must=("agent",)), "roles_contribute"),
    ],
)
def test_contributors_that_prove_nothing_are_refused(case, code):
    with refused(code):
        check_contributors(case)


@pytest.mark.parametrize(
    "case",
    [
        entrants("school", "bureau"),
        entrants("agency", "bureau", "center"),
        entrants("school", "firm", must=()),
        entrants("firm", "bureau", purpose="tie-break"),
    ],
)
def test_lawful_contributors_pass(case):
    check_contributors(case)


def test_a_contributor_leaves_a_further_attempt_by_its_own_release_only():
    check_contributors_kept(["a", "b"], ["a"], released=["b"])
    with refused("contributors_kept") as refusal:
        check_contributors_kept(["a", "b", "c"], ["a"], released=["b"])
    assert refusal.value.found == {"dropped": ["c"]}


def test_a_roster_too_small_says_how_many_there_are_and_the_lawful_ways_out():
    check_rosters([("A08@220822", 2, 6)], 3)
    with refused("roster_large_enough") as refusal:
        check_rosters([("A08@220822", 2, 5), ("B03@220822", 1, 3), ("C01@220000", 3, 1)], 3)
    assert refusal.value.found["strata"] == [
        {"stratum": "A08@220822", "eligible": 5, "needed": 6},
        {"stratum": "C01@220000", "eligible": 1, "needed": 9},
    ]
    for way in ("parent specialty", "wider region", "remote", "direct appointment"):
        assert way in refusal.value.needed


def test_the_vrf_key_was_on_the_log_for_the_editions_lead():
    check_vrf_lead(NOON - timedelta(hours=24), NOON, 24)
    with refused("vrf_key_settled"):
        check_vrf_lead(NOON - timedelta(hours=24) + timedelta(microseconds=1), NOON, 24)


def test_a_nonce_opens_its_own_commitment_only():
    sealed = contribution("d", "school", b"n" * 32)
    check_nonce("d", "school", b"n" * 32, sealed)
    for draw, party, nonce in [("e", "school", b"n"), ("d", "firm", b"n"), ("d", "school", b"m")]:
        with refused("nonce_opens"):
            check_nonce(draw, party, nonce * 32, sealed)
    with refused("nonce_opens"):
        check_nonce("d", "school", b"short", sealed)


def test_no_reveal_is_taken_after_its_time():
    check_reveal_time(NOON, NOON)
    with refused("revealed_in_time"):
        check_reveal_time(NOON + timedelta(microseconds=1), NOON)


def test_what_is_signed_differs_for_every_act():
    answer = Answer("d", "00", 0, 0, "late", "00", 1)
    close = Close("d", 1, None, "voided", "leak", "00", None, None)
    signed = {
        commit_statement("d", "school", b"n" * 32),
        reveal_statement("d", b"r" * 32, b"n" * 32),
        answer.statement(),
        close.signed(),
        contribution("d", "school", b"n" * 32),
    }
    assert len(signed) == 5


def closers(missing=(), contributors=("school", "bureau", "center")):
    return Closers(ROLES, contributors, missing)


@pytest.mark.parametrize(
    ("state", "party", "missing", "entitled"),
    [
        (State.VOIDED, "bureau", (), True),
        (State.VOIDED, "school", (), False),
        (State.VOIDED, "firm", (), False),
        (State.VOIDED, "unknown", (), False),
        (State.LAPSED, "school", (), True),
        (State.LAPSED, "agency", (), True),
        (State.LAPSED, "bureau", (), False),
        (State.VOIDED, "bureau", ("bureau",), False),
        (State.LAPSED, "school", ("school",), False),
        (State.VOIDED, "center", (), False),
        (State.VOIDED, "center", ("bureau",), False),
        (State.VOIDED, "center", ("bureau", "school"), True),
        (State.LAPSED, "center", ("bureau", "school"), True),
        (State.VOIDED, "center", ("bureau", "school", "center"), False),
    ],
)
def test_who_may_sign_a_closing(state, party, missing, entitled):
    assert closers(missing).entitles(state, party) is entitled


def test_before_the_seal_the_center_closes_nothing():
    assert not closers(contributors=()).entitles(State.VOIDED, "center")


def test_a_closing_by_another_is_refused_and_so_is_one_without_a_reason():
    with refused("closer_entitled"):
        check_closing(State.VOIDED, "school", closers(), "leak")
    with refused("closing_reasoned"):
        check_closing(State.VOIDED, "bureau", closers(), "because")
    for reason in VOID_REASONS:
        check_closing(State.VOIDED, "bureau", closers(), reason)
    for reason in LAPSE_REASONS:
        check_closing(State.LAPSED, "school", closers(), reason)


@pytest.mark.parametrize(
    ("complete_since", "proved"),
    [(None, False), (NOON - timedelta(hours=23), False), (NOON - timedelta(hours=25), True)],
)
def test_no_proof_is_no_reason_before_the_center_had_its_day(complete_since, proved):
    with refused("proof_overdue"):
        check_no_proof(complete_since, proved, NOON)


def test_after_a_day_without_a_proof_the_supervisor_may_void():
    check_no_proof(NOON - timedelta(hours=24), proved=False, at=NOON)
