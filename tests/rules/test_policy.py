"""Witness policies: how they are read, when they are satisfied, and what makes one weaker."""

from __future__ import annotations

import pytest

from oversight.errors import ProofRejected
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger.eras import (
    WEAKER_WAITS_SECONDS,
    Adopted,
    Era,
    confirmed_since,
    confirms,
    era_at,
    next_era,
)
from oversight.ledger.notes import COSIGNATURE_ED25519, ED25519, MLDSA44, VerifierKey, make_vkey
from oversight.ledger.policy import UNWITNESSED, is_weaker, parse_policy

LOG = make_vkey("example.org/log", SigningKey(b"l" * 32).public)
PLAIN = ("audit", "finance", "news", "university")
SIGNERS = {name: SigningKey(name[0].encode() * 32) for name in PLAIN}
KEYS = {
    name: VerifierKey(f"{name}.example", COSIGNATURE_ED25519, signer.public)
    for name, signer in SIGNERS.items()
}
KEYS["quantum"] = VerifierKey("quantum.example", MLDSA44, MldsaKey(b"q" * 32).public)


def witness(name, url="https://w.example/"):
    key = KEYS[name]
    return f"witness {name} {make_vkey(key.name, key.public, key.type)} {url}\n"


def policy(*names, least="all", quorum="everyone"):
    lines = "".join(witness(name) for name in names)
    group = f"group everyone {least} {' '.join(names)}\n" if names else ""
    return f"log {LOG}\n{lines}{group}quorum {quorum if names else 'none'}\n"


def keys(*names):
    return {KEYS[name] for name in names}


def test_a_quorum_of_none_is_satisfied_by_nobody():
    read = parse_policy(policy())
    assert read.is_satisfied(())
    assert read.least() == 0


def test_a_group_counts_its_members():
    read = parse_policy(policy("audit", "finance", "news", "quantum", least="3"))
    assert read.least() == 3
    assert not read.is_satisfied(keys("audit", "finance"))
    assert read.is_satisfied(keys("audit", "finance", "quantum"))


def test_a_stranger_counts_for_nothing():
    read = parse_policy(policy("audit", "finance", least="2"))
    assert not read.is_satisfied(keys("audit", "news", "university"))


def test_groups_stand_in_groups():
    text = (
        f"# departments and the public\nlog {LOG} https://log.example/\n"
        + "".join(witness(name) for name in KEYS)
        + "group state any audit finance\ngroup public all news university\n"
        "group both all state public\nquorum both\n"
    )
    read = parse_policy(text)
    assert read.least() == 3
    assert read.is_satisfied(keys("audit", "news", "university"))
    assert not read.is_satisfied(keys("audit", "finance", "news"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log {LOG}\n",
        f"log {LOG}\nquorum nobody\n",
        f"log {LOG}\nquorum none\nquorum none\n",
        "log nonsense\nquorum none\n",
        f"observer {LOG}\nquorum none\n",
        f"log {LOG} url more\nquorum none\n",
        f"witness audit {LOG}\nquorum audit\n",  # a log's key does not cosign
        witness("audit") + witness("audit") + "quorum audit\n",
        witness("audit") + witness("audit").replace(" audit ", " other ", 1) + "quorum audit\n",
        witness("audit").replace(" audit ", " none ", 1) + "quorum none\n",
        "group g all a\nquorum g\n",
        witness("audit") + "group g all\nquorum g\n",
        witness("audit") + "group g 0 audit\nquorum g\n",
        witness("audit") + "group g 2 audit\nquorum g\n",
        witness("audit") + "group g 2 audit audit\nquorum g\n",
        witness("audit") + "group g any audit\ngroup h any audit\nquorum g\n",
        witness("audit") + "group g any g\nquorum g\n",
        witness("audit") + "quorum audit\n\x01\n",
    ],
)
def test_a_policy_that_is_not_in_the_format_is_refused(text):
    with pytest.raises(ProofRejected, match="policy"):
        parse_policy(text)


def test_a_policy_is_not_weaker_where_its_quorum_holds_the_old_one():
    old = parse_policy(policy("audit", "finance", least="2"))
    assert not is_weaker(old, parse_policy(policy("audit", "finance", "news", least="3")))
    assert not is_weaker(old, old)
    assert not is_weaker(UNWITNESSED, old)
    more = parse_policy(policy("audit", "finance", "news", "university", least="3"))
    assert not is_weaker(parse_policy(policy("audit", "finance", "news", least="2")), more)


def test_a_policy_whose_quorum_friends_alone_can_make_is_weaker():
    old = parse_policy(policy("audit", "finance", least="2"))
    assert is_weaker(old, parse_policy(policy("audit", "finance", "news", least="2")))
    friends = "".join(map(witness, ("audit", "finance", "news", "university")))
    beside = f"log {LOG}\n{friends}group g all news university\nquorum g\n"
    assert is_weaker(old, parse_policy(beside))


def test_grouped_policies_are_compared_by_what_satisfies_them():
    lines = "".join(map(witness, ("audit", "finance", "news", "university")))
    both = "group a any audit finance\ngroup b any news university\ngroup q all a b\nquorum q\n"
    old = parse_policy(f"log {LOG}\n{lines}{both}")
    assert not is_weaker(old, old)
    assert not is_weaker(old, parse_policy(policy(*PLAIN, least="3")))
    assert is_weaker(old, parse_policy(policy(*PLAIN, least="2")))


def test_policies_of_many_witnesses_are_compared_in_no_time():
    signers = [SigningKey(bytes([at]) * 32) for at in range(100)]
    lines = "".join(
        f"witness w{at} {make_vkey(f'w{at}.example', signer.public, COSIGNATURE_ED25519)}\n"
        for at, signer in enumerate(signers)
    )
    every = " ".join(f"w{at}" for at in range(100))
    old = parse_policy(f"{lines}group q 51 {every}\nquorum q\n")
    assert not is_weaker(old, old)
    assert is_weaker(old, parse_policy(f"{lines}group q 50 {every}\nquorum q\n"))
    pairs = "".join(f"group p{at} any w{2 * at} w{2 * at + 1}\n" for at in range(50))
    names = " ".join(f"p{at}" for at in range(50))
    entangled = parse_policy(f"{lines}{pairs}group q all {names}\nquorum q\n")
    assert is_weaker(entangled, parse_policy(f"{lines}group q all {every}\nquorum q\n"))


def test_one_key_under_two_names_is_one_witness():
    again = make_vkey("other.example", SIGNERS["audit"].public, COSIGNATURE_ED25519)
    twice = f"{witness('audit')}witness other {again}\ngroup g all audit other\nquorum g\n"
    with pytest.raises(ProofRejected, match="line 2"):
        parse_policy(twice)


@pytest.mark.parametrize("char", ["\u2028", "\x85", "\u202e", "\u00a0", "\u200b", "\x7f"])
def test_a_policy_shows_everybody_the_same_lines(char):
    with pytest.raises(ProofRejected, match="do not show"):
        parse_policy(f"# the old quorum{char}quorum none\n{policy('audit')}")


@pytest.mark.parametrize(
    "new",
    [
        policy(),
        policy("audit", "finance", least="1"),
        policy("audit", least="1"),
        policy("audit", "news", "university", least="2"),  # finance was exchanged
    ],
)
def test_fewer_witnesses_a_lower_quorum_or_an_exchanged_witness_is_weaker(new):
    assert is_weaker(parse_policy(policy("audit", "finance", least="2")), parse_policy(new))


def test_a_weaker_policy_waits_for_a_day_of_the_cosigners_own_clocks():
    old = parse_policy(policy("audit", "finance", least="2"))
    change = Adopted(7, 1_000, parse_policy(policy("audit", least="1")))
    since = confirmed_since(old, change)
    assert since == 1_000 + WEAKER_WAITS_SECONDS
    early, late = since - 1, since
    assert not confirms(old, [(KEYS["audit"], late), (KEYS["finance"], early)], since)
    assert confirms(old, [(KEYS["audit"], late), (KEYS["finance"], late)], since)


def test_a_policy_is_confirmed_by_the_quorum_before_it_and_not_by_its_own():
    old = parse_policy(policy("audit", "finance", least="2"))
    change = Adopted(7, 0, parse_policy(policy("audit", "finance", "news", least="2")))
    assert not confirms(old, [(KEYS["audit"], 9), (KEYS["news"], 9)], confirmed_since(old, change))


def test_of_changes_that_are_confirmed_the_earliest_begins_and_the_latest_of_one_checkpoint():
    first, second = Adopted(3, 0, UNWITNESSED), Adopted(5, 0, parse_policy(policy("audit")))
    assert next_era({3: 10, 5: 12}, [first, second]) == Era(10, first.policy, 3)
    assert next_era({3: 12, 5: 12}, [first, second]) == Era(12, second.policy, 5)
    assert next_era({3: 20, 5: 12}, [first, second]) == Era(12, second.policy, 5)
    assert next_era({}, [first, second]) is None


def test_the_checkpoint_that_confirms_a_policy_is_still_judged_by_the_one_before():
    strict = parse_policy(policy("audit"))
    eras = [Era(-1, UNWITNESSED), Era(10, strict, 3)]
    assert era_at(eras, 10).policy == UNWITNESSED
    assert era_at(eras, 11).policy == strict


def test_a_log_key_is_of_the_plain_type():
    assert parse_policy(policy()).log_keys[0].type == ED25519
