"""Cases of `scripts/make_vectors.py` that one check of the verifiers finds, and no other.

Each is told so that everything else holds: whoever leaves the check out takes the case for true.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bidding.draw import facts
from oversight.values.instants import from_text
from scripts.draw_scene import Told
from scripts.further_cases import STRATUM, WITNESSED, Given, bound, few, witnessed
from scripts.made_up_beacon import trusted
from scripts.made_up_log import CENTER, START, SUPERVISOR, TENDERER, Scene

STRANGER = "party-bidder-a"


def sealed(name: str, caps: dict[str, int] | None = None, **choices: Any) -> Told:
    """Return a draw over one stratum, sealed; `changes` replace fields of its request."""
    changes = choices.pop("changes", {})
    return Told(Scene(name), **choices).commit().seal(STRATUM, caps, **changes)


def drawn(name: str, **choices: Any) -> Told:
    """Return the same, drawn."""
    return sealed(name, **choices).reveal().draw()


def pointed_cases() -> Iterator[Given]:
    """Yield all of them, those that hold first."""
    yield from at_the_edge()
    for step, told in (*of_the_request(), *of_contributors(), *of_reveals(), *of_the_result()):
        yield told.scene.name, "failed", told, {"refused_at": step}
    yield from with_figures()


def at_the_edge() -> Iterator[Given]:
    """Yield records in which something is just still lawful."""
    scene = Scene("a VRF key of exactly a day")
    scene.at = START + timedelta(hours=24, minutes=-3)
    yield scene.name, "valid", Told(scene).commit().seal(few(3)).reveal().draw(), {}
    last = sealed("a reveal at reveal_by itself").reveal(SUPERVISOR)
    assert last.request is not None, "sealed"
    last.scene.at = from_text(last.request.reveal_by)
    yield last.scene.name, "valid", last.reveal(TENDERER).draw(), {}
    most = {"figures": {"attempts_max": 2}}
    second, before = attempt_after("the last attempt that is allowed")
    yield second.scene.name, "valid", second, {"earlier": [before], **most}
    silent = bound("a breach named after reveal_by")
    silent.reveal(SUPERVISOR, CENTER)
    assert silent.request is not None, "sealed"
    silent.scene.at = from_text(silent.request.reveal_by) + timedelta(minutes=5)
    yield silent.scene.name, "valid", silent.breach(TENDERER).see().come().draw(), WITNESSED
    unseen = witnessed("closed after its round came")
    unseen.early = None
    unseen.come().close(facts.Lapsed, TENDERER, "postponed")
    yield unseen.scene.name, "void", unseen, WITNESSED


def attempt_after(name: str, **choices: Any) -> tuple[Told, Told]:
    """Return a second attempt, drawn, and the first, which was voided with its result."""
    before = drawn(name, **choices).close(facts.Voided, SUPERVISOR, "leak")
    second = Told(before.scene, attempt=2, previous=before.newest).commit()
    return second.seal(STRATUM).reveal().draw(), before


def of_the_request() -> Iterator[tuple[str, Told]]:
    """Yield lies about order and seal, with the step that finds them."""
    for word, step in (("drawn", "order"), ("committed", "order"), ("sealed", "order")):
        lies = {f"{word}@subject": "another-committee"}
        yield step, drawn(f"{word} for another subject", lies=lies)
    yield "request", drawn("a request for another subject", changes={"subject": "another"})
    yield "request", drawn("a VRF key that was never logged", changes={"vrf_key": "12" * 32})
    items = Told(
        Scene("caps among open items"),
        purpose="tie-break",
        contributors=(STRANGER, "party-bidder-b", SUPERVISOR),
    )
    yield "request", items.commit().seal(few(3), {"employer": 1}).reveal().draw()


def with_figures() -> Iterator[Given]:
    """Yield what is judged beside figures of its own, or with earlier attempts."""
    second, before = attempt_after("an attempt more than the edition allows")
    more = {"earlier": [before], "figures": {"attempts_max": 1}, "refused_at": "request"}
    yield second.scene.name, "failed", second, more
    name = "an earlier attempt of another log"
    second, before = attempt_after(name, changes={"origin": "another.invalid/log"})
    yield name, "failed", second, {"earlier": [before], "refused_at": "earlier"}
    small = drawn("a roster below its multiple")
    more = {"figures": {"roster_multiple": 7}, "refused_at": "request"}
    yield small.scene.name, "failed", small, more
    silent = bound("a missing reveal without a quorum")
    silent.reveal(SUPERVISOR, CENTER)
    told = silent.breach(TENDERER).see().come().draw()
    more = {"beacons": trusted(), "refused_at": "reveals"}
    yield silent.scene.name, "failed", told, more
    shown = witnessed("an early proof of another entry")
    shown.come().draw()
    assert shown.early is not None, "seen"
    shown.early = {**shown.early, "revealed": shown.early["sealed"]}
    yield shown.scene.name, "failed", shown, WITNESSED | {"refused_at": "beacon"}


def of_contributors() -> Iterator[tuple[str, Told]]:
    """Yield contributors who are none, or did not commit as it is said."""
    alone = sealed("one contributor alone", contributors=(TENDERER,))
    yield "contributors", alone.reveal().draw()
    twice = sealed("a contributor that stands twice", contributors=(SUPERVISOR, TENDERER, TENDERER))
    yield "contributors", twice.reveal(SUPERVISOR, TENDERER).draw()
    scene = Scene("two contributors with one key")
    scene.keys[SUPERVISOR] = scene.keys[TENDERER]
    yield "contributors", Told(scene).commit().seal(STRATUM).reveal().draw()
    yield "contributors", drawn("no supervisor contributes", contributors=(TENDERER, STRANGER))
    yield "contributors", drawn("no applicant contributes", contributors=(SUPERVISOR, STRANGER))
    more = Told(Scene("a commitment of one who does not contribute")).commit()
    more.commit(STRANGER).seal(STRATUM)
    yield "contributors", more.reveal().draw()
    for field, value in (("commitment", "12" * 32), ("signature", "no base64")):
        lies = {f"committed.{field}": value}
        yield "contributors", drawn(f"another {field} logged by contributors", lies=lies)


def of_reveals() -> Iterator[tuple[str, Told]]:
    """Yield reveals that are not those of the contributors."""
    more = sealed("a reveal of one who does not contribute").reveal()
    yield "reveals", more.reveal(STRANGER).draw()
    brought = drawn("a reveal brought by the center", lies={"revealed@actor": CENTER})
    yield "reveals", brought
    yield "reveals", drawn("another signature of a reveal logged", lies={"revealed.signature": "x"})
    unsaid = sealed("a reveal that is not on the log").reveal(SUPERVISOR)
    unsaid.revealed.add(TENDERER)
    yield "reveals", unsaid.draw()
    silent = sealed("drawn without a beacon though a reveal is missing").reveal(SUPERVISOR)
    silent.draw()
    yield "reveals", silent


def of_the_result() -> Iterator[tuple[str, Told]]:
    """Yield results that are not the bundle's."""
    for field in ("request", "alpha"):
        yield "vrf", drawn(f"another {field} drawn", lies={f"drawn.{field}": "12" * 32})


# name, step, case it alters, file, where, and what stands there then (absent: nothing does)
POINTED_CHANGED: list[tuple[str, str, str, str, list[str | int], Any]] = [
    ("the reveal of another party", "reveals", "committee", "bundle",
     ["reveals", 0, "party"], TENDERER),
    ("early proofs without a beacon", "beacon", "committee", "bundle",
     ["log", "early"], {"sealed": "x", "revealed": "x"}),
]  # fmt: skip
