"""Draws bound to a beacon, and supplements: cases of `scripts/make_vectors.py`.

Each is given as name, verdict, the draw as told, and what shapes the case further.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from py_arkworks_bls12381 import Scalar

from bidding.draw import facts
from scripts.draw_scene import Told
from scripts.made_up_beacon import CHAIN, Bound, signature_of, trusted
from scripts.made_up_log import CENTER, SUPERVISOR, TENDERER, Item, Scene, experts

Given = tuple[str, str, Told, dict[str, Any]]
THREE = (SUPERVISOR, TENDERER, CENTER)
STRATUM = {"A08@220822": (2, experts("A08", range(1, 13)))}
WITNESSED = {"beacons": trusted(), "quorum": 1, "cosigned_at": 1_772_600_000}


def bound(name: str, soon: int = 0, **choices: Any) -> Bound:
    """Return a draw that is sealed for a round."""
    told = Bound(Scene(name), contributors=THREE, **choices)
    told.commit()
    return told.bind(STRATUM, soon)


def witnessed(name: str, **choices: Any) -> Bound:
    """Return one whose reveals the witness saw in time."""
    told = bound(name, **choices)
    told.reveal()
    return told.see()


def beacon_cases() -> Iterator[Given]:
    """Yield draws that are bound to a round."""
    true = witnessed("bound").come()
    yield "bound to a round", "valid", true.draw().identify(), WITNESSED
    missing = bound("one is silent")
    missing.reveal(SUPERVISOR, CENTER)
    yield (
        "bound to a round, one reveal missing",
        "valid",
        missing.breach(TENDERER).see().come().draw(),
        WITNESSED,
    )
    yield "bound to a round, unwitnessed", "valid", unwitnessed(), {"beacons": trusted()}
    yield "bound to a round, no early proofs", "incomplete", unwitnessed(), WITNESSED
    yield "bound to a round of a chain that is not trusted", "incomplete", true, {}
    early = witnessed("closed before the round").close(facts.Lapsed, TENDERER, "postponed")
    yield "closed before its round came", "void", early, WITNESSED
    yield from (
        (name, "failed", told, WITNESSED | {"refused_at": step})
        for name, step, told in forged_rounds()
    )


def unwitnessed() -> Told:
    """Return a draw bound to a round whose reveals no witness saw."""
    told = bound("unseen")
    told.reveal()
    return told.come().draw()


def forged_rounds() -> Iterator[tuple[str, str, Told]]:
    """Yield lies about a round that were signed and logged, with the step that finds them."""
    other = witnessed("another round")
    yield (
        "the signature of another round",
        "beacon",
        other.come(signature_of(other.number + 1)).draw(),
    )
    foreign = witnessed("another key")
    false = signature_of(foreign.number, Scalar(7))
    yield "the signature of another chain", "beacon", foreign.come(false).draw()
    yield "a round too near to the reveals", "beacon", witnessed("soon", soon=1).come().draw()
    late = bound("late")
    late.reveal()
    yield "reveals seen at the round's own second", "beacon", late.see(0).come().draw()
    unsaid = bound("unsaid")
    unsaid.reveal(SUPERVISOR, CENTER)
    yield "a silence that is not on the log", "reveals", unsaid.see().come().draw()
    alone = bound("alone")
    alone.reveal(CENTER)
    silent = alone.breach(SUPERVISOR, TENDERER)
    yield "the center's nonce alone", "reveals", silent.see().come().draw()
    hidden = witnessed("hidden", lies={"drawn.beacon": "00" * 48})
    yield "another signature logged", "beacon", hidden.come().draw()


def few(last: int) -> dict[str, tuple[int, list[Item]]]:
    """Return one stratum of one seat, from the first experts up to a number."""
    return {"A08@220822": (1, experts("A08", range(1, last + 1)))}


def exhaust(told: Told) -> Told:
    """Let everybody who is seated decline, to the last."""
    while (seat := next((n for n, one in enumerate(told.lines()) if one.holds_seat()), -1)) >= 0:
        told.answer(seat, "declined")
    return told


def exhausted(name: str, **choices: Any) -> Told:
    """Return a draw of three experts, all of whom declined."""
    return exhaust(Told(Scene(name), **choices).commit().seal(few(3)).reveal().draw())


def supplement(parent: Told, last: int = 6, **choices: Any) -> Told:
    """Return a supplement over a wider stratum, drawn."""
    told = Told(parent.scene, parent=parent, **choices).commit().seal(few(last))
    return told.reveal().draw()


def supplement_cases() -> Iterator[Given]:
    """Yield supplements."""
    first = supplement(exhausted("supplement"))
    yield "a supplement of an exhausted draw", "valid", first, {}
    second = exhaust(supplement(exhausted("second supplement")))
    yield "a supplement of a supplement", "valid", supplement(second, 9), {}
    failed = {"refused_at": "parent"}
    early = Told(Scene("experts left")).commit().seal(few(3)).reveal().draw().answer(0, "late")
    yield "a supplement though its parent had experts left", "failed", supplement(early), failed
    closed = exhausted("closed parent").close(facts.Voided, SUPERVISOR, "leak")
    yield "a supplement of a closed draw", "failed", supplement(closed), failed
    fork = supplement(exhausted("older fork"), lies={"ordered.previous": 5})
    yield "a supplement that follows an older entry", "failed", fork, failed
    lying = exhausted("a parent that lies", lies={"committed@key": SUPERVISOR})
    yield "a supplement whose parent does not hold", "failed", supplement(lying), failed


# name, step, case it alters, file, where, and what stands there then
FURTHER_CHANGED: list[tuple[str, str, str, str, list[str | int], Any]] = [
    ("a signature in upper case", "shape", "bound to a round", "bundle",
     ["beacon", "signature"], "AB" * 48),
    ("a signature with 0x", "shape", "bound to a round", "bundle",
     ["beacon", "signature"], "0x" + "ab" * 48),
    ("a signature at infinity", "beacon", "bound to a round", "bundle",
     ["beacon", "signature"], "c0" + "00" * 47),
    ("another round shown", "beacon", "bound to a round", "bundle", ["beacon", "round"], 1),
    ("a scheme of another name", "beacon", "bound to a round", "trust",
     ["beacons", CHAIN.hash, "scheme"], "pedersen-bls-chained"),
    ("a chain's key in upper case", "beacon", "bound to a round", "trust",
     ["beacons", CHAIN.hash, "public_key"], CHAIN.public_key.upper()),
    ("a chain's key at infinity", "beacon", "bound to a round", "trust",
     ["beacons", CHAIN.hash, "public_key"], "c0" + "00" * 95),
    ("a parent's output of zeros", "parent", "a supplement of an exhausted draw", "bundle",
     ["parent", "vrf", "beta"], "00" * 64),
    ("a parent of another name", "parent", "a supplement of an exhausted draw", "bundle",
     ["parent", "request", "draw"], "0195a000-0000-7000-a000-0000000000ff"),
]  # fmt: skip
