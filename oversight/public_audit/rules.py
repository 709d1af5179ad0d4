"""Entries as an outsider reads them: strictly, all of one bundle together; and what judges them.

An entry rule sees the entries of its kinds in the order of the log. What it must remember it
puts on a shelf, so that memory does not grow with the log and the next audit goes on where this
one ended. Rules are pure but for their shelf.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Literal, Protocol

import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.facts import Entry
from oversight.values.canonical import INTEGER_MAX, NotCanonical, canonical, parse_strict
from oversight.values.instants import from_micro_text


class Finding(msgspec.Struct, frozen=True):
    """Something that an entry shows: a broken rule, or (alert) what a person should look at."""

    text: str
    alert: bool = False


class Shelf(Protocol):
    """What one rule remembers; each rule has a shelf of its own."""

    def get(self, key: str) -> bytes | None:
        """Return what was put there, or None."""

    def put(self, key: str, value: bytes) -> None:
        """Remember a value in the place of what was there."""


class Told(msgspec.Struct, frozen=True):
    """An entry whose place in the tree holds, and whose form is right."""

    index: int
    kind: str
    at: str  # UTC, microseconds, as in the entry
    subject: str
    actor: str
    body: Mapping[str, Any]


Judge = Callable[[Told, Shelf], Iterable[Finding]]


# The form of an entry ---------------------------------------------------------------------------

_Int = Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
_Leaf = str | bool | None | _Int
# Nested as deep as our entries are; what is deeper is read the slow way.
_Three = _Leaf | list[_Leaf] | dict[str, _Leaf]
_Two = _Leaf | list[_Three] | dict[str, _Three]
_One = _Leaf | list[_Two] | dict[str, _Two]

LAYOUT = "an entry is canonical JSON with exactly the members act, actor, at, body, kind, role, "
LAYOUT += "subject and v"
UUID_LENGTH, HEAD_LENGTH = 36, 63  # a head is "<uuid><instant>", its marks at these places
HEAD_MARKS = {8: "-", 13: "-", 18: "-", 23: "-", 40: "-", 43: "-", 46: "T", 49: ":", 52: ":",
              55: ".", 62: "Z"}  # fmt: skip
HEAD_DIGITS = tuple(at for at in range(UUID_LENGTH, HEAD_LENGTH) if at not in HEAD_MARKS)
HEAD_TENS = (50, 53)  # of minutes and of seconds
HEX = b"0123456789abcdef"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_KIND = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*){2}", re.ASCII)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An entry, its members in canonical order."""

    act: str
    actor: Annotated[str, msgspec.Meta(min_length=1)]
    at: str
    body: dict[str, _One]
    kind: str
    role: str
    subject: str
    v: Literal[1]


_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder(order="sorted")
_KIND_OF, _HOUR_OF = attrgetter("kind"), itemgetter(slice(UUID_LENGTH, UUID_LENGTH + 13))


def read_alike(entries: Sequence[bytes]) -> list[Line] | None:
    """Return a run of entries if the form of every one is right; None if one has to be looked at.

    They are decoded and encoded again together: canonical JSON has no line feed, so equal lines
    mean that every single entry is what its value is written as.
    """
    together = b"\n".join(entries) + b"\n"
    try:
        lines = _DECODER.decode_lines(together)
        if len(lines) != len(entries) or _ENCODER.encode_lines(lines) != together:
            return None
    except ValueError:  # msgspec's errors and those of UTF-8 included
        return None
    heads = [line.act + line.at for line in lines]
    formed = _are_heads(heads) and all(map(_KIND.fullmatch, set(map(_KIND_OF, lines))))
    return lines if formed else None


def _are_heads(heads: Sequence[str]) -> bool:
    """Tell whether each of these is a UUID and an instant in UTC with microseconds.

    All are of one length, so that each place of the form is looked at in all of them at once.
    """
    together, count = "".join(heads), len(heads)
    if set(map(len, heads)) != {HEAD_LENGTH}:
        return False
    marks = all(together[at::HEAD_LENGTH] == mark * count for at, mark in HEAD_MARKS.items())
    shown = len(together.encode("ascii", "replace").translate(None, HEX)) == len(HEAD_MARKS) * count
    digits = all(together[at::HEAD_LENGTH].isdecimal() for at in HEAD_DIGITS)
    sixty = not any(together[at::HEAD_LENGTH].strip("012345") for at in HEAD_TENS)
    try:
        for hour in set(map(_HOUR_OF, heads)):
            datetime.fromisoformat(f"{hour}:00:00")
    except ValueError:
        return False
    return marks and shown and digits and sixty


def read_one(data: bytes) -> Entry:
    """Return one entry, whatever it holds that is canonical.

    Raises:
        ProofRejected: its form is not right; the message says in which respect, never with what.
    """
    try:
        value = parse_strict(data)
        if canonical(value) != data:
            raise ProofRejected("is not canonical JSON")
        said = msgspec.convert(value, Entry)
    except (NotCanonical, msgspec.ValidationError):
        raise ProofRejected(f"is no entry: {LAYOUT}") from None
    if said.v != 1:
        raise ProofRejected("is of a version that is not known here")
    if not _UUID.fullmatch(said.act):
        raise ProofRejected("names no act")
    if not said.actor:
        raise ProofRejected("names no actor")
    if not _KIND.fullmatch(said.kind):
        raise ProofRejected("has a kind that is not <package>.<concept>.<word>")
    try:
        from_micro_text(said.at)
    except ValueError:
        raise ProofRejected("has no instant in UTC with microseconds") from None
    return said


Plainly = tuple[int, str, str]  # index, kind and instant of a plain entry
_PLAIN_KIND = itemgetter(1)
Plain = Callable[[Line | Entry], bool]  # a function of a module: it is handed to other processes


# Judges plain entries of one kind by (index, instant) alone, several together, in order.
JudgeInstants = Callable[[Sequence[tuple[int, str]], Shelf], Iterable[tuple[int, Finding]]]


class EntryRule(msgspec.Struct, frozen=True):
    """What must hold over the entries of some kinds."""

    name: str  # of its shelf; never changed, for auditors keep their shelves
    demands: str  # in a sentence
    judges: Mapping[str, Judge]  # by kind
    # By kind: entries for which this is true break nothing and are not judged one by one.
    plain: Mapping[str, Plain] = {}
    instants: Mapping[str, JudgeInstants] = {}  # by kind: what only their instants can break


class Book:
    """All entry rules together, and the kinds that are known."""

    def __init__(self, rules: Sequence[EntryRule], known: Iterable[str]) -> None:
        self.rules = tuple(rules)
        self.known = frozenset(known) | {kind for rule in rules for kind in rule.judges}
        self.judges: dict[str, list[tuple[str, Judge]]] = {}
        self.plain: dict[str, Plain] = {}
        self.instants: dict[str, tuple[str, JudgeInstants]] = {}
        for rule in rules:
            self.plain.update(rule.plain)
            self.instants.update({kind: (rule.name, one) for kind, one in rule.instants.items()})
            for kind, judge in rule.judges.items():
                self.judges.setdefault(kind, []).append((rule.name, judge))

    def judge(self, told: Told, shelves: Callable[[str], Shelf]) -> Iterator[Finding]:
        """Yield what the rules find about one entry."""
        for name, judge in self.judges.get(told.kind, ()):
            yield from judge(told, shelves(name))

    def judge_instants(
        self, plain: Sequence[Plainly], shelves: Callable[[str], Shelf]
    ) -> Iterator[tuple[int, str, Finding]]:
        """Yield what the rules find about plain entries that follow each other."""
        for kind, run in groupby(plain, key=_PLAIN_KIND):
            name, judge = self.instants[kind]
            for index, finding in judge([(one[0], one[2]) for one in run], shelves(name)):
                yield index, kind, finding


def told_of(index: int, entry: Line | Entry) -> Told:
    """Return an entry as rules meet it."""
    return Told(index, entry.kind, entry.at, entry.subject, entry.actor, entry.body)
