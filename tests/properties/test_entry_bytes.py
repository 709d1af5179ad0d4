"""Entry bytes are canonical JSON by the reckoning of an independent library."""

from __future__ import annotations

from typing import ClassVar

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from oversight.ledger.facts import Fact, entry_bytes, read_entry, read_projection
from oversight.values.canonical import canonical, parse_strict

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


class Anything(Fact, frozen=True):
    """Something happened."""

    kind: ClassVar[str] = "test.anything.happened"

    zulu: object
    alpha: object


@given(values, values, texts, texts, texts)
def test_entry_bytes_are_rfc_8785_whatever_they_say(zulu, alpha, subject, actor, role):
    data = entry_bytes(
        Anything(zulu, alpha), act="a", at="2026-03-02T08:00:00.000000Z",
        subject=subject, actor=actor, role=role,
    )  # fmt: skip
    whole = parse_strict(data)
    assert whole["body"] == {"zulu": zulu, "alpha": alpha}
    assert data == rfc8785.dumps(whole) == canonical(whole)
    entry = read_entry(data)
    assert (entry.v, entry.subject, entry.actor, entry.role) == (1, subject, actor, role)
    assert read_projection(data).subject == subject
