"""Bundles and trust files made by an adversary who may sign and log whatever he likes.

Each story is judged by both verifiers, which must give the same verdict at the same step.
"""

import importlib.util
import json
import sys
from contextlib import contextmanager

import pytest
from draw_story import CHAIN, ROUND_SECONDS, Log, Story, b64, path_to, root_of, sha
from own_vectors import ROOT

from bidding.verdict.rules import judge
from oversight.keys.mldsa import MldsaKey
from oversight.ledger.notes import MLDSA44, make_vkey


def load_program():
    spec = importlib.util.spec_from_file_location("hostile", ROOT / "scripts" / "verify_proof.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAM = load_program()
MOST = 2**53 - 1


def story(**choices):
    return Story(PROGRAM, **choices)


def as_bytes(document):
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def verdict(bundle, trust, auditor=None):
    """Return verdict and decisive step, on which both verifiers agree."""
    files = [None if one is None else as_bytes(one) for one in (bundle, trust, auditor)]
    ours, theirs = judge(*files), PROGRAM.judge(*files)
    mine = str(ours.verdict), [(step.step, step.outcome) for step in ours.steps]
    assert mine == (theirs.verdict, [(step.step, step.outcome) for step in theirs.steps])
    return theirs.verdict, theirs.decisive


def told(tale, auditor=None, **changes):
    return verdict(tale.bundle() | changes, tale.trust(), auditor)


def trusting(tale, change):
    trust = json.loads(json.dumps(tale.trust()))
    change(trust)
    return verdict(tale.bundle(), trust)


@contextmanager
def leaving_out(word, name):
    """Let entries of one kind lack one field."""
    append = Log.append

    def lacking(log, kind, actor, subject, *said):
        body, at = said
        if kind.endswith(f".{word}"):
            body = {key: value for key, value in body.items() if key != name}
        return append(log, kind, actor, subject, body, at)

    Log.append = lacking
    try:
        yield
    finally:
        Log.append = append


def beacon_story(**choices):
    return story(beacon=True, **choices).order().commit().seal().reveal().cosign_early().draw()


def test_a_number_written_as_minus_zero_is_refused():
    tale = story().told()
    written = as_bytes(tale.bundle()).replace(b'"stratum": 0', b'"stratum": -0', 1)
    assert verdict(written, tale.trust()) == ("failed", "shape")


@pytest.mark.parametrize(("depth", "due"), [(61, ("valid", None)), (62, ("failed", "inclusion"))])
def test_an_entry_nests_no_deeper_than_both_can_read(depth, due):
    deep = {}
    for _ in range(depth):
        deep = {"a": deep}
    assert told(story().order(extra=deep).commit().seal().reveal().draw()) == due


def test_an_entry_longer_than_any_is_refused_at_shape():
    tale = story().order(extra="x" * 70_000).commit().seal().reveal().draw()
    assert told(tale) == ("failed", "shape")


def test_an_earlier_attempt_without_a_name_is_refused_at_shape():
    tale = story().order().close("lapsed", "tenderer").next_attempt().told()
    nameless = [{**tale.bundle()["earlier"][0], "draw": ""}]
    assert told(tale, earlier=nameless) == ("failed", "shape")


def signed_checkpoint(log, text):
    blob = log._id(log.origin, 1, log.key.public) + log.key.sign(text.encode())
    return f"{text}\n\u2014 {log.origin} {b64(blob)}\n"


@pytest.mark.parametrize(
    ("size", "more", "due"),
    [
        (None, "an extension\x7f\n", ("valid", None)),
        (None, "x" * 1_000_001 + "\n", ("failed", "checkpoint")),
        (0, "", ("failed", "checkpoint")),
        (2**60, "", ("failed", "inclusion")),
        (2**63, "", ("failed", "checkpoint")),
    ],
    ids=["delete is no control character", "too long", "empty", "large", "too large"],
)
def test_both_read_the_same_checkpoints(size, more, due):
    tale = story().told()
    entries = len(tale.log.entries) if size is None else size
    text = f"{tale.log.origin}\n{entries}\n{b64(root_of(tale.log.entries))}\n{more}"
    log = tale.bundle()["log"] | {"checkpoint": signed_checkpoint(tale.log, text)}
    assert told(tale, log=log) == due


POST_QUANTUM = make_vkey("log.example.org/x", MldsaKey(bytes(32)).public, MLDSA44)


@pytest.mark.parametrize("vkey", ["na me+00000000+BQ==", "x+00000000+BQ==", POST_QUANTUM])
def test_keys_of_other_types_are_ignored_whatever_they_hold(vkey):
    assert trusting(story().told(), lambda trust: trust["log_keys"].append(vkey))[0] == "valid"


def figure(name, value):
    return lambda trust: trust["editions"]["R-1"].update({name: value})


def chain(name, value):
    return lambda trust: trust["beacons"][CHAIN].update({name: value})


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (figure("vrf_lead_hours", MOST), ("failed", "request")),
        (figure("round_lead_minutes", MOST), ("failed", "beacon")),
        (chain("genesis", MOST), ("valid", None)),
        (chain("period", MOST), ("valid", None)),
    ],
    ids=["lead of the key", "lead of the round", "genesis", "period"],
)
def test_no_figure_is_too_large_to_be_judged(change, due):
    assert trusting(beacon_story(), change) == due


def test_no_round_is_too_far_and_no_deadline_too_late_to_be_judged():
    far = beacon_story(request={"beacon": {"chain": CHAIN, "round": MOST}})
    assert told(far, beacon=far.bundle()["beacon"] | {"round": MOST}) == ("failed", "beacon")
    late = beacon_story(request={"reveal_by": "9999-12-31T23:59:59Z"})
    assert told(late) == ("failed", "beacon")


@pytest.mark.parametrize(
    ("word", "name"),
    [("ordered", "previous"), ("ordered", "of"), ("sealed", "of"), ("drawn", "beacon")],
)
def test_an_entry_says_null_and_does_not_keep_silent(word, name):
    with leaving_out(word, name):
        tale = story().told()
    assert told(tale) == ("failed", "order")


def test_a_closing_says_that_there_is_no_result():
    with leaving_out("voided", "pi"):
        tale = story().order().commit().seal().close("voided", "supervisor", "missing-reveal")
    assert told(tale) == ("failed", "order")


def test_reveals_of_parties_that_are_no_texts_are_those_of_somebody_else():
    tale = story().order().commit().seal().reveal("supervisor")
    tale.reveal("tenderer", party=[1]).reveal("tenderer", party=[2]).draw()
    assert told(tale) == ("failed", "reveals")


def test_a_second_party_of_the_centers_role_is_the_center_too():
    tale = story(beacon=True, who=["supervisor", "tenderer", "notary"]).order().commit().seal()
    tale.reveal("notary").breach("supervisor").breach("tenderer").cosign_early().draw()
    assert told(tale) == ("valid", None)
    due = ("failed", "reveals")
    assert trusting(tale, lambda trust: trust["parties"]["notary"].update(role="center")) == due


def test_a_round_that_never_came_is_judged_alike_with_and_without_the_edition():
    tale = story(beacon=True).order().commit().seal().reveal("supervisor")
    tale.close("voided", "supervisor", "missing-reveal")
    beacon = tale.bundle()["beacon"] | {"signature": None}
    assert told(tale, beacon=beacon) == ("void", None)
    assert verdict(tale.bundle() | {"beacon": beacon}, tale.trust() | {"editions": {}}) == (
        "incomplete",
        "request",
    )


def test_nothing_is_drawn_from_a_round_that_never_came():
    tale = story(beacon=True).order().commit().seal().reveal().cosign_early(ROUND_SECONDS - 60)
    tale.draw(beacon=None)
    beacon = tale.bundle()["beacon"] | {"signature": None}
    assert told(tale, beacon=beacon) == ("failed", "beacon")


def test_a_supplement_without_its_parent_is_refused_where_its_lines_are_needed():
    tale = story(parent=story().told()).told().answer(0, "declined")
    assert told(tale, parent=None) == ("failed", "walk")


def test_the_keys_lead_counts_from_its_first_entry_whatever_a_later_one_claims():
    tale = story(edition={"vrf_lead_hours": 24})
    body = {"purpose": "draw-vrf", "key": tale._vrf_public().hex()}
    long_ago = "2026-11-01T00:00:00.000000Z"
    tale.log.append("oversight.keys.published", "center", "center", body, long_ago)
    tale.told()
    leaves = tale.log.entries
    backdated = {
        "kind": "oversight.keys.published",
        "index": 1,
        "leaf": b64(leaves[1]),
        "inclusion": [node.hex() for node in path_to(1, leaves)],
    }
    log = tale.bundle()["log"]
    assert told(tale, log={**log, "entries": [backdated, *log["entries"]]}) == ("failed", "request")


def test_who_committed_before_an_attempt_failed_is_missed_in_the_next():
    tale = story(who=["supervisor", "tenderer", "notary"]).order().commit()
    tale.close("lapsed", "tenderer").next_attempt()
    tale.who = ["supervisor", "tenderer"]
    assert told(tale.told()) == ("incomplete", "earlier")


@pytest.mark.parametrize("pair", [["expert-x"], []])
def test_an_exclusion_that_is_no_pair_is_refused_at_eligibility(pair):
    tale = story()
    tale.excluded = lambda: {"salt": sha(b"salt").hex(), "list": [pair]}
    assert told(tale.told(), tale.auditor()) == ("failed", "eligibility")


class TwoFaced(Story):
    """A roster whose experts stand in the second stratum with another employer."""

    def experts(self, place):
        people = super().experts(place)
        for person in people if place else []:
            person["employer"] += " II"
        return sorted(people, key=self.expert_commitment)


class Nameless(Story):
    """A roster of numbers."""

    def halves(self, expert):
        halves = super().halves(expert)
        halves["identity"]["value"] = {"number": expert["expert"]}
        return halves


def test_one_person_under_two_commitments_takes_no_two_seats():
    strata = [("A08@220822", 8, 8), ("B03@220822", 8, 8)]
    tale = TwoFaced(PROGRAM, strata=strata, edition={"roster_multiple": 1}).told().identify()
    assert told(tale) == ("failed", "openings")


def test_an_opening_that_names_nobody_is_refused():
    assert told(Nameless(PROGRAM).told().identify()) == ("failed", "openings")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-22T08:06:00.000000Z", ("void", None)),
        ("2026-11-22T08:05:59.999999Z", ("failed", "answers")),
    ],
)
def test_no_proof_is_no_reason_before_the_center_had_its_day(at, due):
    tale = story().order().commit().seal().reveal().compute()
    tale.vrf, tale.walk = {**tale.vrf, "pi": None, "beta": None}, []
    tale.close("voided", "supervisor", "no-proof", at=at)
    assert told(tale) == due
