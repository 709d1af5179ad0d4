"""Write `api_spec/vectors/draw.json`: bundles of our own making, true, spoiled and forged.

    python scripts/make_vectors.py [--check]

They cover what the bundles collected from elsewhere lack: the auditor's file with exclusions, a
draw among tied bidders, a roster of one who is a duplicate, closings at every stage, witnesses
without a beacon, the lead of a VRF key, lies about a beacon's round, supplements. Both verifiers
must judge each case as it says. With `--check` nothing is written and the exit status says
whether the file is up to date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bidding.bundle.rules import Pool
from bidding.draw import facts
from scripts.draw_scene import Told
from scripts.further_cases import FURTHER_CHANGED, Given, beacon_cases, supplement_cases
from scripts.made_up_log import (
    CENTER,
    SUPERVISOR,
    TENDERER,
    Item,
    Scene,
    experts,
)
from scripts.pointed_cases import POINTED_CHANGED, pointed_cases

FILE = Path(__file__).resolve().parent.parent / "api_spec" / "vectors" / "draw.json"
SOURCE = "made by scripts/make_vectors.py from the rules of draw.md; secrets are public strings"
NOTE = (
    "A case is a bundle, a trust file and, for some, the auditor's file, with the verdict and, "
    "where it is failed, the first step that must fail. `changed` cases alter one place of the "
    "case named in `of`: `file` and `at` say where, and what stands in `to` replaces it "
    "(absent: it is taken out)."
)
Case = dict[str, Any]
COMMITTEE = {
    "A08@220822": (2, experts("A08", range(1, 13))),
    "B03@220000": (2, experts("B03", [10, *range(20, 28)])),
}
LEFT_OUT = [["0195a000-0000-7000-8000-00000000ff01", "recused"],
            ["0195a000-0000-7000-8000-00000000ff02", "suspended"]]  # fmt: skip


def case(name: str, verdict: str, told: Told, **more: Any) -> Case:
    """Return a case; `earlier`, `cosigned_at`, `quorum`, `beacons` … shape it."""
    bundle = told.bundle(more.get("earlier", ()), more.get("cosigned_at"))
    made: Case = {
        "name": name,
        "verdict": verdict,
        "refused_at": more.get("refused_at"),
        "bundle": bundle,
        "trust": told.scene.trust(more.get("quorum", 0), **more.get("figures", {}))
        | {"beacons": more.get("beacons", {})},
    }
    return made | ({"auditor": told.auditor()} if more.get("auditor") else {})


def as_case(given: Given) -> Case:
    """Return the case of a draw that another module told."""
    name, verdict, told, more = given
    return case(name, verdict, told, **more)


def begun(name: str, **choices: Any) -> Told:
    """Return a draw that was ordered and committed to."""
    return Told(Scene(name), **choices).commit()


def sealed(name: str, **choices: Any) -> Told:
    """Return a draw over the two strata of the committee, sealed."""
    caps = choices.pop("caps", {"employer": 1})
    changes = choices.pop("changes", {})
    return begun(name, **choices).seal(COMMITTEE, caps, LEFT_OUT, **changes)


def drawn(name: str, **choices: Any) -> Told:
    """Return the same, drawn."""
    return sealed(name, **choices).reveal().draw()


def true_cases() -> Iterator[Case]:
    """Yield records that hold, and those of which something cannot be decided."""
    whole = drawn("committee").answer(0, "declined").answer(2, "left").identify()
    yield case("committee", "valid", whole)
    yield case("committee, audited", "incomplete", whole, auditor=True)
    yield case("committee, identities not revealed", "valid", drawn("unrevealed"))
    closed = case("committee, identities closed to this reader", "incomplete", whole)
    closed["bundle"]["openings"] = []
    yield closed
    yield case("sealed, not drawn yet", "incomplete", sealed("pending"))
    witnessed = drawn("witnessed")
    yield case("witnessed by one of one", "valid", witnessed, quorum=1, cosigned_at=1772500000)
    yield case("below the quorum of witnesses", "incomplete", witnessed, quorum=1)
    unknown = case("an edition that is not trusted", "incomplete", whole)
    unknown["trust"]["editions"] = {}
    yield unknown
    stranger = case("a contributor's key that is not trusted", "incomplete", whole)
    stranger["trust"]["parties"][TENDERER]["keys"] = []
    yield stranger
    real = case("a demo edition", "valid", whole)
    real["trust"]["editions"]["T-vectors"]["demo"] = True
    yield real
    yield one_who_stands_twice()
    yield tied_bidders()


def one_who_stands_twice() -> Case:
    """Return a draw whose second roster holds one expert only, who is on the walk already."""
    one = experts("A08", [10])
    strata = {"A08@220822": (1, one), "B03@220822": (1, one)}
    told = begun("twice").seal(strata).reveal().draw().identify()
    return case("a roster of one duplicate", "valid", told, figures={"roster_multiple": 1})


def bidders() -> list[Item]:
    """Return three tied bidders."""
    names = ("甲公司", "乙公司", "丙公司")
    return [
        Item(f"91220800MA00000{n}", ({"label": name}, {"rank": str(n)}))
        for n, name in enumerate(names)
    ]


def tied(name: str, **lies: Any) -> Told:
    """Return a draw among tied bidders, whose items are open from the seal on."""
    parties = ("party-bidder-a", "party-bidder-b", SUPERVISOR)
    told = begun(name, purpose="tie-break", contributors=parties, lies=lies)
    return told.seal({"lot-1": (1, bidders())}).reveal().draw()


def tied_bidders() -> Case:
    """Return the tie-break: all items opened, though one line alone is on the walk."""
    return case("tie-break among three bidders", "valid", tied("tie"))


def closed_cases() -> Iterator[Case]:
    """Yield a closing at every stage at which there can be one."""
    before = begun("before the seal").close(facts.Lapsed, TENDERER, "order-mistaken")
    again = Told(before.scene, attempt=2, previous=before.newest).commit()
    again.seal(COMMITTEE).reveal().draw()
    yield case("drawn after an attempt closed before its seal", "valid", again, earlier=[before])
    yield case(
        "closed by the center, nobody else having revealed",
        "void",
        sealed("nobody").close(facts.Voided, CENTER, "missing-reveal"),
    )
    one = sealed("one").reveal(SUPERVISOR)
    yield case("one reveal missing", "void", one.close(facts.Voided, SUPERVISOR, "missing-reveal"))
    undrawn = sealed("undrawn").reveal().close(facts.Lapsed, TENDERER, "postponed")
    yield case("closed with complete inputs, result disclosed", "void", undrawn)
    proofless = sealed("no-proof").reveal()
    proofless.scene.at += timedelta(hours=24)
    yield case(
        "no proof from the center",
        "void",
        proofless.close(facts.Voided, SUPERVISOR, "no-proof", proved=False),
    )
    after = drawn("after").answer(1, "absent").close(facts.Voided, SUPERVISOR, "leak")
    yield case("closed after draw and answer", "void", after)
    third = Told(after.scene, attempt=2, previous=after.newest).commit().seal(COMMITTEE)
    third.reveal().draw().identify()
    yield case("drawn after a void draw", "valid", third, earlier=[after])


Maker = Callable[[str], Told]


def with_lies(**lies: Any) -> Maker:
    """Return what tells a whole draw with these lies; `__` stands for the point or the at."""
    told = {key.replace("__", ".", 1).replace("_at_", "@"): value for key, value in lies.items()}
    return lambda name: drawn(name, lies=told)


def late(name: str) -> Told:
    """Return a draw whose reveals were logged after reveal_by."""
    told = sealed(name)
    told.scene.at = told.scene.at.replace(hour=23)
    return told.reveal().draw()


def hurried(name: str) -> Told:
    """Return a draw sealed too soon after its VRF key was logged."""
    scene = Scene(name)
    scene.at = scene.at.replace(hour=7)
    return Told(scene).commit().seal(COMMITTEE).reveal().draw()


def hidden(name: str) -> Told:
    """Return a draw closed with complete inputs, whose result the closing hides."""
    told = sealed(name, lies={"voided.alpha": None, "voided.pi": None, "voided.walk": None})
    return told.reveal().close(facts.Voided, SUPERVISOR, "leak")


def released(name: str) -> Told:
    """Return a draw closed by the party whose own reveal is missing."""
    told = sealed(name).reveal(SUPERVISOR)
    return told.close(facts.Lapsed, TENDERER, "postponed")


FORGED: dict[str, tuple[str, Maker]] = {
    "previous skips an entry": ("order", with_lies(drawn__previous=3)),
    "another purpose sealed than ordered": ("request", with_lies(sealed__purpose="host-site")),
    "the pool as of before the order": (
        "request",
        lambda name: drawn(name, changes={"pool": Pool(1, "00" * 32)}),
    ),
    "a VRF key of the same day": ("request", hurried),
    "a commitment signed by another": ("contributors", with_lies(committed_at_key=SUPERVISOR)),
    "a commitment brought by the center": ("contributors", with_lies(committed_at_actor=CENTER)),
    "a reveal for another request": ("reveals", with_lies(revealed__request="00" * 32)),
    "a reveal signed by another": ("reveals", with_lies(revealed_at_key=SUPERVISOR)),
    "a reveal after its time": ("reveals", late),
    "another proof logged": ("vrf", with_lies(drawn__pi="00" * 80)),
    "another walk logged": ("walk", with_lies(drawn__walk="00" * 32)),
    "an answer to a line that does not exist": (
        "walk",
        lambda name: drawn(name, lies={"answered.line": 99}).answer(0, "declined"),
    ),
    "a place given on after its expert left": (
        "walk",
        lambda name: drawn(name, lies={"answered.outcome": "left"}).answer(0, "late"),
    ),
    "an answer countersigned by the tenderer": (
        "answers",
        lambda name: drawn(name).answer(0, "declined", by=TENDERER),
    ),
    "an answer signed by another": (
        "answers",
        lambda name: drawn(name, lies={"answered@key": TENDERER}).answer(0, "declined"),
    ),
    "a closing that hides its result": ("answers", hidden),
    "a closing by whose reveal is missing": ("answers", released),
    "a closing by the center though others could": (
        "answers",
        lambda name: drawn(name).close(facts.Voided, CENTER, "leak"),
    ),
    "caps passed over in silence": (
        "openings",
        lambda name: drawn(name, lies={"walk.ignores_caps": True}).identify(),
    ),
    "other openings logged": (
        "openings",
        lambda name: drawn(name, lies={"identified.openings": "00" * 32}).identify(),
    ),
    "an open item not opened": ("openings", lambda name: tied(name, **{"sealed.openings": "00"})),
}


def forged_cases() -> Iterator[Case]:
    """Yield lies that were signed, logged and proved, each with the step that must find it."""
    for name, (step, make) in FORGED.items():
        yield case(name, "failed", make(name), refused_at=step)
    before = begun("a stranger closes").close(facts.Lapsed, SUPERVISOR, "order-mistaken")
    again = Told(before.scene, attempt=2, previous=before.newest).commit()
    again.seal(COMMITTEE).reveal().draw()
    yield case(
        "an earlier attempt lapsed by the supervisor",
        "failed",
        again,
        earlier=[before],
        refused_at="earlier",
    )


# name, step, case it alters, file, where, and what stands there then (absent: nothing does)
CHANGED: list[tuple[str, str, str, str, list[str | int], Any]] = [
    ("a field nobody knows", "shape", "committee", "bundle", ["added"], 1),
    ("no openings at all", "shape", "committee", "bundle", ["openings"], None),
    ("another log", "checkpoint", "committee", "bundle", ["request", "origin"], "another.invalid"),
    ("an entry elsewhere", "inclusion", "committee", "bundle", ["log", "entries", 2, "index"], 9),
    ("an entry under another name", "inclusion", "committee", "bundle",
     ["log", "entries", 2, "kind"], "bidding.draw.sealed"),
    ("one seat more", "request", "committee", "bundle", ["request", "strata", 0, "seats"], 3),
    ("a cap let go", "request", "committee", "bundle", ["request", "caps", "employer"], 2),
    ("a nonce of zeros", "reveals", "committee", "bundle", ["reveals", 0, "nonce"], "00" * 32),
    ("a beacon nobody asked for", "beacon", "committee", "bundle", ["beacon"],
     {"chain": "00" * 32, "round": 1, "signature": None}),
    ("an output of zeros", "vrf", "committee", "bundle", ["vrf", "beta"], "00" * 64),
    ("a line of another position", "walk", "committee", "bundle", ["walk", 1, "position"], 0),
    ("an outcome of nobody's", "walk", "committee", "bundle", 
     ["walk", 1, "outcomes"], ["seated", "late"]),
    ("another name", "openings", "committee", "bundle",
     ["openings", 0, "attributes", "salt"], "00" * 32),
    ("a parent out of nowhere", "shape", "committee", "bundle", ["parent"], {}),
    ("another secret", "rosters", "committee, audited", "auditor", ["secret"], "00" * 32),
    ("another employer", "rosters", "committee, audited", "auditor",
     ["entries", 0, 0, "employer"], "employer-9"),
    ("an expert fewer", "rosters", "committee, audited", "auditor", ["entries", 1], []),
    ("another ground", "eligibility", "committee, audited", "auditor",
     ["excluded", "list", 0, 1], "barred"),
    ("exclusions out of order", "eligibility", "committee, audited", "auditor",
     ["excluded", "list"], LEFT_OUT[::-1]),
]  # fmt: skip


def changed_cases() -> Iterator[Case]:
    """Yield alterations of true cases, one place each."""
    for name, step, of, file, at, to in [*CHANGED, *FURTHER_CHANGED, *POINTED_CHANGED]:
        made: Case = {"name": name, "verdict": "failed", "refused_at": step, "of": of}
        made |= {"file": file, "at": at}
        yield made if to is None else made | {"to": to}


def vectors() -> dict[str, Any]:
    """Return the whole file."""
    given = (*beacon_cases(), *supplement_cases(), *pointed_cases())
    further = [as_case(one) for one in given]
    cases = [*true_cases(), *closed_cases(), *further, *forged_cases(), *changed_cases()]
    assert len({one["name"] for one in cases}) == len(cases), "a name stands twice"
    return {"source": SOURCE, "note": NOTE, "protocol": "daylight/draw/v1", "cases": cases}


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is up to date."""
    text = json.dumps(vectors(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if "--check" in arguments:
        return 0 if FILE.read_text(encoding="utf-8") == text else 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
