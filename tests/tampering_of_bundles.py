"""More than a thousand tamperings of draw bundles, the same for the same seed.

Ten draws are told that hold: with answers and passed-on seats, caps, closings of every kind after
failed attempts, a beacon, a missing reveal, a supplement, items that everybody may see. Each is
spoiled in two ways.

*Tampered*: one place of the finished bundle is changed, removed, doubled, reordered, or swapped
with what stands at the same place of a sibling or of another bundle.

*Lied*: one thing is told falsely while the draw is told: a field of a statement before it is
signed and logged, or only of what is signed, or only of what is logged; who signs and who acts; a
roster, an order of tickets, a line of the walk, the openings, an early proof. Everything after it
is hashed, signed, logged and proved on top of the lie, so that it reaches a later step. So it is
where an entry is left out, doubled or late, and where a draw is told wrong from its beginning.

Some are judged by a trust file that knows less, where a gap and a failure compete.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from draw_story import (
    CHAIN,
    ROLES,
    ROUND_SECONDS,
    ROUND_SIGNATURE,
    Signer,
    Story,
    b64,
    canon,
    label,
)
from tampering import Path, as_json, changed, places
from tampering import at as standing_at

SEED = "1"
TAMPERED, LIED, OUT_OF_TURN, LESS_TRUSTED = 20, 48, 8, 6  # of each draw


class Case(NamedTuple):
    """What is judged, and what was done to it."""

    name: str
    bundle: bytes
    trust: bytes
    lied_about: str  # the kind of place; empty where the finished bundle was changed


class Lie(NamedTuple):
    """One place of the tale where something else is told."""

    what: str
    number: int  # of the times that it is told
    path: Path
    value: Any


class Ear:
    """Hears every place of a tale; where a lie is due, it is told."""

    def __init__(self, lie: Lie | None) -> None:
        self.lie = lie
        self.heard: list[tuple[str, int, Any]] = []
        self.said = 0
        self._times: dict[str, int] = defaultdict(int)

    def __call__(self, what: str, value: Any) -> Any:
        number = self._times[what]
        self._times[what] += 1
        if self.lie is not None and (what, number) == self.lie[:2]:
            return changed(value, self.lie.path, self.lie.value)
        self.heard.append((what, number, copy.deepcopy(value)))
        return value

    def turn(self) -> str:
        """Return how the next entry is told: as it is due, or "unsaid", "twice" or "late"."""
        self.said += 1
        due = self.lie is not None and (self.lie.what, self.lie.number) == (ENTRY, self.said - 1)
        return str(self.lie.value) if self.lie is not None and due else ""


ENTRY, WAYS = "entry", ("unsaid", "twice", "late")


class Liar(Story):
    """A story that is told as the ear wants it."""

    def __init__(self, curve: Any, ear: Ear, **choices: Any) -> None:
        self.ear = ear
        self.held: tuple[Any, ...] = ()
        super().__init__(curve, **choices)

    def telling(self, what: str, value: Any) -> Any:
        return self.ear(what, value)

    def say(self, word: str, actor: str, body: dict[str, Any], /, **lies: Any) -> int:
        how, held, self.held = self.ear.turn(), self.held, ()
        if how == "late":
            self.held = (word, actor, body, lies)
        else:
            for _ in range(("unsaid", "", "twice").index(how)):
                self._log(word, actor, body, lies)
        if held:
            self._log(*held)
        return self.own[-1] if self.own else 0

    def _log(self, word: str, actor: str, body: dict[str, Any], lies: dict[str, Any]) -> None:
        index = super().say(word, actor, body, **lies)
        self.log.entries[index] = canon(self.telling("leaf", json.loads(self.log.entries[index])))


class OpenStory(Liar):
    """A draw among items that everybody may see: everything is opened with the seal."""

    def seal(self, **lies: Any) -> OpenStory:
        items = {
            self.expert_commitment(one).hex(): self.halves(one)
            for place in range(len(self.strata))
            for one in self.experts(place)
        }
        whole = [{"commitment": one, **items[one]} for one in sorted(items)]
        self.openings = self.telling("openings", whole)
        digest = label("openings", canon(self.openings)).hex()
        super().seal(openings=digest, **lies)
        return self


Begin = Callable[..., Any]
Tale = Callable[[Begin], Story]
TWO = [("A08@220822", 2, 9), ("B03@220822", 1, 8)]


def answered(begin: Begin) -> Story:
    """Three seats, passed on for several reasons; identities revealed."""
    tale = begin(strata=TWO).told().answer(0, "declined").answer(1, "left")
    return tale.answer(2, "unreachable").answer(3, "late").identify()


def capped(begin: Begin) -> Story:
    """One seat for an employer, and an answer that meets caps again."""
    tale = begin(strata=TWO, caps={"employer": 1}).told()
    return tale.answer(0, "withdrew").identify()


def after_attempts(begin: Begin) -> Story:
    """A fourth attempt: the first lapsed before its seal, the second for a missing reveal."""
    tale = begin(who=["supervisor", "tenderer", "notary"], edition={"attempts_max": 4})
    tale.order().commit().close("lapsed", "tenderer").next_attempt()
    tale.order().commit().seal().reveal("supervisor", "tenderer")
    tale.close("voided", "supervisor", "missing-reveal").next_attempt()
    tale.told().answer(0, "absent").close("voided", "supervisor", "leak").next_attempt()
    return tale.told().answer(1, "removed")


def voided(begin: Begin) -> Story:
    """Drawn, answered, and voided with its result."""
    return begin().told().answer(0, "recused").close("voided", "supervisor", "leak")


def lapsed(begin: Begin) -> Story:
    """Computed and never drawn: lapsed by the agent, the result disclosed."""
    tale = begin(who=["agent", "supervisor"]).order().commit().seal().reveal().compute()
    return tale.close("lapsed", "agent", "postponed")


def unproved(begin: Begin) -> Story:
    """Voided because the center gave no proof within its day."""
    tale = begin().order().commit().seal().reveal().compute()
    tale.vrf, tale.walk = {**tale.vrf, "pi": None, "beta": None}, []
    return tale.close("voided", "supervisor", "no-proof", at="2026-11-23T09:00:00.000000Z")


def closed_by_the_center(begin: Begin) -> Story:
    """Voided by the center, for everybody else is missing; a second attempt follows."""
    tale = begin(who=["supervisor", "tenderer", "center"]).order().commit().seal()
    tale.reveal("center").close("voided", "center", "missing-reveal").next_attempt()
    return tale.told().identify()


def witnessed(begin: Begin) -> Story:
    """Bound to a round, its inputs cosigned in time; answered and revealed."""
    tale = begin(beacon=True).order().commit().seal().reveal().cosign_early().draw()
    return tale.answer(0, "declined").identify()


def silent(begin: Begin) -> Story:
    """One of three did not reveal; the round and the witness let the draw go on."""
    tale = begin(beacon=True, who=["supervisor", "tenderer", "notary"]).order().commit().seal()
    return tale.reveal("supervisor", "notary").breach("tenderer").cosign_early().draw()


def bound_again(begin: Begin) -> Story:
    """A second attempt bound to a round; in the first a reveal was missing, and not logged."""
    tale = begin(beacon=True).order().commit().seal().reveal("supervisor")
    tale.close("voided", "supervisor", "missing-reveal")
    return tale.next_attempt().order().commit().seal().reveal().cosign_early().draw()


def supplemented(begin: Begin) -> Story:
    """A supplement of a draw all of whose experts declined."""
    parent = begin(strata=[("A08@220822", 1, 3)]).told()
    for line in range(3):
        parent.answer(line, "declined")
    tale = begin(parent=parent, strata=[("A08@220822", 1, 6)]).told()
    seated = next(n for n, line in enumerate(tale.walk) if line["outcomes"] == ["seated"])
    return tale.answer(seated, "identity-failed").identify()


def in_the_open(begin: Begin) -> Story:
    """A tie among items that everybody may see."""
    choices = {"purpose": "tie-break", "strata": [("lot-1", 1, 3)], "kind": OpenStory}
    return begin(**choices, who=["notary", "supervisor"]).told()


TALES = (
    answered, capped, after_attempts, voided, lapsed, unproved, closed_by_the_center, witnessed,
    silent, bound_again, supplemented, in_the_open,
)  # fmt: skip


def tell(
    curve: Any, tale: Tale, lie: Lie | None = None, otherwise: dict[str, Any] | None = None
) -> tuple[Story, Ear]:
    """Return a tale as it is told with this lie, or begun otherwise, and what was heard of it."""
    ear, other = Ear(lie), dict(otherwise or {})
    shared = other.pop("keys", {})

    def begin(*, kind: type[Liar] = Liar, **choices: Any) -> Liar:
        told = kind(curve, ear, **{**choices, **other})
        told.keys |= {party: told.keys[whose] for party, whose in shared.items()}
        return told

    return tale(begin), ear


OTHERWISE: dict[str, dict[str, Any]] = {
    "one contributor": {"who": ["tenderer"]},
    "one twice": {"who": ["supervisor", "tenderer", "supervisor"]},
    "one key for two": {"keys": {"supervisor": "tenderer"}},
    "no applicant": {"who": ["supervisor", "notary"]},
    "no supervisor": {"who": ["tenderer", "notary"]},
    "a stranger contributes": {"who": ["supervisor", "tenderer", "stranger"]},
    "small rosters": {"edition": {"roster_multiple": 9}},
    "a key of the day": {"edition": {"vrf_lead_hours": 24}},
    "one attempt at most": {"edition": {"attempts_max": 1}},
    "a round far off": {"edition": {"round_lead_minutes": 60}},
    "a notary too": {"edition": {"must_contribute": ["supervisor", "other"]}},
    "caps": {"caps": {"region": 1}},
    "caps on what is no text": {"caps": {"specialties": 2}},
    "another purpose": {"purpose": "parameter"},
    "items that are experts": {"purpose": "evaluation-committee", "who": ["supervisor", "agent"]},
    "suppliers": {"purpose": "supplier-invitation"},
    "no quorum": {"quorum": 0},
    "a quorum of two": {"quorum": 2},
    "a secret of its own": {"request": {"secret": "12" * 32}},
    "bound to a round": {"beacon": True},
    "bound to the round before": {"request": {"beacon": {"chain": CHAIN, "round": 999}}},
    "another log": {"request": {"origin": "log.example.org/other"}},
}


# Told with every seed: each is found by a check that chance seldom reaches.
ALWAYS = [
    (supplemented, Lie("logged ordered", 1, ("previous",), -1)),
    (answered, Lie("logged ordered", 0, ("previous",), 0)),
    (answered, Lie("logged ordered", 0, ("attempt",), 2)),
    (answered, Lie("line", 0, ("outcomes", 0), "cap")),
    (answered, Lie("answer", 0, ("evidence",), "AB" * 32)),
    (answered, Lie("reveal", 0, ("nonce",), "12" * 32)),
    (after_attempts, Lie("close", 0, ("alpha",), "12" * 32)),
    (after_attempts, Lie(ENTRY, 4, (), "unsaid")),  # the first attempt's closing
    (after_attempts, Lie("request", 1, ("origin",), "log.example.org/other")),
]


# --- what may stand at a place instead ---

PARTIES = [*ROLES, "stranger", ""]
CODES = [
    "seated", "duplicate", "cap", "declined", "unreachable", "left", "removed", "of-nobody", "Left",
]  # fmt: skip
VOCABULARY: dict[str, list[Any]] = {
    **dict.fromkeys(("party", "actor", "countersigner"), PARTIES),
    **dict.fromkeys(("outcome", "outcomes"), CODES),
    "reason": ["no-proof", "missing-reveal", "Leak", ""],
    "purpose": ["tie-break", "supplier-invitation", "host-site", ""],
    "state": ["voided", "lapsed"],
    "previous": [None, -1, 0, 2**53 - 1],
    "of": [None, "draw-1", "draw-9"],
    "draw": ["draw-1", "draw-2", "supplement-draw-1", "x"],
    "at": [
        "2023-08-23T13:00:00.000000Z", "2026-11-21T09:59:59.999999Z", "2026-11-21T10:00:00.000000Z",
        "2026-11-21T10:00:00.000001Z", "2026-11-29T00:00:00.000000Z", "2026-11-21T10:00:00Z",
    ],
    "reveal_by": ["2023-08-23T15:36:04Z", "2023-08-23T15:36:05Z", "2026-11-21T08:00:00Z"],
    "caps": [{}, {"employer": 2}, {"region": 1}, {"specialties": 1}, {"nothing": 1}],
    "beacon": [None, {"chain": CHAIN, "round": 1000}, ROUND_SIGNATURE],
    "kind": ["bidding.draw.sealed", "bidding.draw.lapsed", "bidding.other", "oversight.keys.x"],
    "v": [2, "1"],
    "early proof": [
        [2, ROUND_SECONDS - 60], *([4, at] for at in (ROUND_SECONDS, ROUND_SECONDS - 1, None)),
        *([6, at] for at in (ROUND_SECONDS, ROUND_SECONDS + 60, 0)),
    ],
    "key": [b64(Signer("stranger").public), b64(bytes(32))],
}  # fmt: skip


def named(path: Path) -> tuple[str, ...]:
    """Return a path without the places in lists: siblings have it in common."""
    return tuple(key for key in path if isinstance(key, str))


# Places of which more is told than of others: few others fail at their step.
OFTEN = {
    "checkpoint": 3, "early proof": 5, "order": 3, "openings": 3, "outcomes": 3, "beacon": 2,
    "signer of answer": 2, "countersigner": 2, "signed close": 2,
}  # fmt: skip
SELDOM = ("roster", "leaf")  # whose fields count as one kind of place


def kind_of(what: str, path: Path, turn: int) -> tuple[Any, ...]:
    """Return the kind of a place, those first that must be told of every draw."""
    if what in SELDOM:
        return path != (), what, not path
    often = OFTEN.get(next(reversed(named(path)), what), 0)
    return not often, what, named(path), turn % max(often, 1)


def instead(what: str, path: Path, here: Any, siblings: list[Any]) -> Iterator[Any]:
    """Yield what may stand at a place: near misses, words of its kind, a sibling's value."""
    field = next(reversed(named(path)), "" if path else what)
    yield from siblings
    yield from VOCABULARY.get(field, [])
    if isinstance(here, bool) or here is None:
        return
    yield None
    if isinstance(here, int):
        yield from (here + 1, here - 1, 0)
    elif isinstance(here, str):
        yield from _respelled(here)
    elif isinstance(here, list):
        yield from _relisted(here)
    elif isinstance(here, dict):
        if here.keys() == {"salt", "value"}:
            whole = bytes.fromhex(here["salt"]) + canon(here["value"])
            yield {"digest": label(field, whole).hex()}
        yield from ({name: here[name] for name in here if name != left} for left in here)
        yield {**here, "added": 1}


def _respelled(text: str) -> Iterator[str]:
    if re.fullmatch("[0-9a-f]{40,}", text):
        other = "1" if text[-1] != "1" else "2"
        yield from (text[:-1] + other, other + text[1:], "0" * len(text), text.upper())
        yield f"{int(text[:2], 16) ^ 0x20:02x}{text[2:]}"  # a point's negative
    elif re.fullmatch("[A-Za-z0-9+/]{40,}=*", text):
        yield from ("AAAA" + text[4:], text[4:8] + text[4:], text.rstrip("="))
    elif "\n" in text:
        lines = text.split("\n")
        yield from ("\n".join(lines[:place] + lines[place + 1 :]) for place in range(len(lines)))
    else:
        yield from (text + "x", text[:-1])


def _relisted(items: list[Any]) -> Iterator[list[Any]]:
    for place, item in enumerate(items[:4]):
        yield items[:place] + items[place + 1 :]
        yield [*items[: place + 1], *items[place:]]
        if place and item != items[place - 1]:
            yield [*items[: place - 1], item, items[place - 1], *items[place + 1 :]]
    if len(items) > 2:
        yield items[::-1]


def met(documents: list[tuple[Hashable, Any]]) -> dict[Hashable, list[Any]]:
    """Return the values that stand at each kind of place, each once."""
    found: dict[Hashable, list[Any]] = defaultdict(list)
    for what, document in documents:
        for path in places(document):
            values = found[what, named(path)]
            here = standing_at(document, path)
            if len(values) < 6 and here not in values:
                values.append(here)
    return found


def twists(
    what: str, document: Any, known: dict[Hashable, list[Any]]
) -> Iterator[tuple[Path, Any]]:
    """Yield every place of a document with each other value that may stand there."""
    for path in places(document):
        here = standing_at(document, path)
        tried: list[Any] = [here]
        for new in instead(what, path, here, known[what, named(path)]):
            if not any(new == one and type(new) is type(one) for one in tried):
                tried.append(new)
                yield path, new


def taken(items: list[tuple[tuple[Any, ...], Any]], count: int, seed: str) -> list[Any]:
    """Return `count` items, as many of each kind as there is room for: the same each time."""
    ranked: dict[tuple[Any, ...], list[tuple[bytes, Any]]] = defaultdict(list)
    for place, (kind, item) in enumerate(items):
        ranked[kind].append((sha256(f"{seed}/{place}".encode()).digest(), item))
    rounds = [
        (turn, kind[0], rank, item)
        for kind, of_kind in ranked.items()
        for turn, (rank, item) in enumerate(sorted(of_kind, key=lambda one: one[0]))
    ]
    return [item for *_, item in sorted(rounds, key=lambda one: one[:3])[:count]]


# --- the cases ---


def tampered(bundle: Any, others: list[Any], seed: str) -> Iterator[tuple[str, Any]]:
    """Yield a finished bundle with one place changed."""
    known = met([("bundle", bundle), *(("bundle", other) for other in others)])
    every = [
        (kind_of("bundle", path, turn), (path, new))
        for turn, (path, new) in enumerate(twists("bundle", bundle, known))
        if path
    ]
    for path, new in taken(every, TAMPERED, seed):
        yield f"{'/'.join(map(str, path))} := {str(new)[:40]}", changed(bundle, path, new)


def lies(heard: list[tuple[str, int, Any]], seed: str) -> list[Lie]:
    """Return lies to tell, spread over all that was heard."""
    known = met([(what, value) for what, _, value in heard])
    every = [
        (kind_of(what, path, turn), Lie(what, number, path, new))
        for what, number, value in heard
        for turn, (path, new) in enumerate(twists(what, value, known))
    ]
    return taken(every, LIED * 5 // 4, seed)


def retold(
    curve: Any, tale: Tale, lie: Lie | None = None, otherwise: dict[str, Any] | None = None
) -> tuple[bytes, bytes] | None:
    """Return bundle and trust file of a tale told falsely; None where its teller stumbles."""
    try:
        story, _ = tell(curve, tale, lie, otherwise)
        return as_json(story.bundle()), as_json(story.trust())
    except (AssertionError, AttributeError, LookupError, StopIteration, TypeError, ValueError):
        return None


def lied(curve: Any, tale: Tale, heard: list[tuple[str, int, Any]], seed: str) -> Iterator[Case]:
    """Yield cases with one lie."""
    told = 0
    for lie in [*(lie for whose, lie in ALWAYS if whose is tale), *lies(heard, seed)]:
        files = retold(curve, tale, lie)
        if files is not None and told < LIED:
            told += 1
            where = "/".join(map(str, (lie.what, lie.number, *lie.path)))
            name = f"{tale.__name__}: {where} := {str(lie.value)[:40]}"
            yield Case(name, *files, lie.what)


def out_of_turn(curve: Any, tale: Tale, entries: int, seed: str) -> Iterator[Case]:
    """Yield cases with an entry that is left out, doubled, or told after the next one."""
    every = [
        ((True, way, number), Lie(ENTRY, number, (), way))
        for way in WAYS
        for number in range(entries)
    ]
    for lie in taken(every, OUT_OF_TURN, seed):
        files = retold(curve, tale, lie)
        if files is not None:
            yield Case(f"{tale.__name__}: entry {lie.number} {lie.value}", *files, ENTRY)


def begun_otherwise(curve: Any, tale: Tale) -> Iterator[Case]:
    """Yield cases that are told consistently, and wrong from the beginning."""
    for name, choices in OTHERWISE.items():
        files = retold(curve, tale, otherwise=choices)
        if files is not None:
            yield Case(f"{tale.__name__}: {name}", *files, name)


def less(trust: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    """Return a trust file that knows less, or demands more, than this one."""
    parties, witnesses = trust["parties"], trust["witnesses"]
    figures = {name: {**one, "attempts_max": 1} for name, one in trust["editions"].items()}
    ways: list[tuple[str, dict[str, Any]]] = [
        ("no edition", {"editions": {}}),
        ("no beacon", {"beacons": {}}),
        ("no tenderer", {"parties": {k: v for k, v in parties.items() if k != "tenderer"}}),
        ("no supervisor", {"parties": {k: v for k, v in parties.items() if k != "supervisor"}}),
        ("keyless", {"parties": {k: {**v, "keys": []} for k, v in parties.items()}}),
        ("a witness more", {"witnesses": {**witnesses, "quorum": witnesses["quorum"] + 1}}),
        ("no witness", {"witnesses": {"quorum": 0, "keys": []}}),
        ("one attempt", {"editions": figures}),
        ("another center", {"center": "supervisor"}),
    ]
    name, change = ways[number % len(ways)]
    return name, trust | change


def cases(curve: Any, seed: str = SEED) -> list[Case]:
    """Return all cases; `curve` gives the arithmetic that tales are proved with."""
    made: list[Case] = []
    tales = [(tale, *tell(curve, tale)) for tale in TALES]
    bundles = [story.bundle() for _, story, _ in tales]
    for place, (tale, story, ear) in enumerate(tales):
        name, trust = tale.__name__, as_json(story.trust())
        others = bundles[:place] + bundles[place + 1 :]
        of_this = [Case(f"{name}: the truth", as_json(bundles[place]), trust, "")]
        for what, bundle in tampered(bundles[place], others, f"{seed}/{name}"):
            of_this.append(Case(f"{name}: {what}", as_json(bundle), trust, ""))
        of_this += lied(curve, tale, ear.heard, f"{seed}/{name}/lies")
        of_this += out_of_turn(curve, tale, ear.said, f"{seed}/{name}/turns")
        of_this += begun_otherwise(curve, tale)
        made += of_this
        for number, one in enumerate(of_this[:: max(1, len(of_this) // LESS_TRUSTED)]):
            knows, trusted = less(json.loads(one.trust), number)
            made.append(one._replace(name=f"{one.name}, {knows}", trust=as_json(trusted)))
    return made
