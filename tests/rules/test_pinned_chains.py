"""What a file of pinned chains may say."""

from __future__ import annotations

import pytest
from own_chain import CHAIN, chains_file

from oversight.beacon.chains import QUICKNET, with_chains
from oversight.errors import RuleBroken


@pytest.fixture
def text(tmp_path):
    with open(chains_file(tmp_path)) as file:
        return file.read()


def test_a_file_adds_to_quicknet(text):
    assert with_chains(text) == {QUICKNET.hash: QUICKNET, CHAIN.hash: CHAIN}
    assert with_chains("") == {QUICKNET.hash: QUICKNET}


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("bls-unchained-g1-rfc9380", "pedersen-bls-chained"),
        (CHAIN.hash, QUICKNET.hash),
        (CHAIN.hash, CHAIN.hash.upper()),
        (CHAIN.public_key, CHAIN.public_key[:-2] + "00"),
        (CHAIN.public_key, QUICKNET.public_key[:96]),
        ("period = 3", "period = 0"),
        ("period = 3", "period = 3\nmore = 1"),
        ("[[chain]]", "[[chains]]"),
        ("[[chain]]", "[[chain"),
    ],
)
def test_a_chain_that_cannot_be_verified_is_not_pinned(text, was, becomes):
    assert was in text
    with pytest.raises(RuleBroken) as refused:
        with_chains(text.replace(was, becomes))
    assert refused.value.rule.code == "beacon.chains_readable"


def test_a_chain_is_pinned_once(text):
    with pytest.raises(RuleBroken):
        with_chains(text + text)
