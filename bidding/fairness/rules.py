"""What recorded draws say, taken together, that none of them says alone. Pure.

An expert stands here under a pseudonym, and is shown with the numbers of his lines. Each
figure is a family of tests; the level is shared equally among the families, and within one Holm's
adjustment accounts for how many were asked. What every figure says and does not say stands in
docs/fairness.md.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from bidding.answer.rules import EXPERTS_OWN
from bidding.odds.rules import holm, hypergeometric_upper, occurrences_tails
from oversight.errors import Ground, Rule, RuleBroken

WINNER_COLUMNS = ("case", "winner")
SHOWN = 5  # findings of a figure that are shown though they are not suspicious

WINNERS_READABLE = Rule(
    "fairness.winners_readable",
    "A file of winners has the columns case (committee or tender) and winner, both filled.",
    "design: docs/fairness.md#Winners",
    Ground.UNLAWFUL,
)

Winners = Mapping[str, frozenset[str]]  # committee or tender -> who won there


class Roster(msgspec.Struct, frozen=True):
    """One stratum of one drawn draw."""

    draw: int  # index into `Book.draws`
    stratum: str
    seats: int
    size: int


class Place(msgspec.Struct, frozen=True):
    """One line of a walk, as this audit needs it."""

    draw: int
    line: int  # 0-based in the walk
    roster: int  # index into `Book.rosters`
    expert: str | None  # pseudonym; None: rosters could not be opened
    first: bool  # among the first `seats` positions of its order
    seated: bool  # ever
    holds: bool  # at the end


class Reply(msgspec.Struct, frozen=True):
    """One countersigned answer."""

    draw: int
    outcome: str
    party: str  # countersigner
    person: str  # who signed for it; empty where it is not known


class Drawn(msgspec.Struct, frozen=True):
    """One draw, whatever became of it."""

    id: str
    committee: str
    tender: str
    applicant: str  # party
    attempt: int
    closed: bool  # voided or lapsed
    known: bool  # its result was computed
    countersigners: tuple[str, ...]  # contributors that may countersign


class Book(msgspec.Struct, frozen=True):
    """All recorded draws."""

    draws: Sequence[Drawn]
    rosters: Sequence[Roster]
    places: Sequence[Place]
    replies: Sequence[Reply]
    members: Mapping[str, tuple[int, ...]]  # by pseudonym: the expert's rosters
    opened: bool  # whether the rosters could be opened


class Finding(msgspec.Struct, frozen=True):
    """One subject of a figure, found more or less often than its odds give."""

    subject: str
    found: int
    expected: float
    chance: float
    adjusted: float = 1.0  # among all tests of the figure
    lines: list[str] = []  # "<draw>/<line>", where the subject is an expert


class Figure(msgspec.Struct, frozen=True):
    """One family of tests."""

    name: str
    tests: int
    suspicious: list[Finding]
    foremost: list[Finding]  # the least likely of the others


class Small(msgspec.Struct, frozen=True):
    """A stratum with few experts for its seats: its draw says little about who was drawn."""

    draw: str
    stratum: str
    seats: int
    size: int


class Report(msgspec.Struct, frozen=True):
    """What the audit of all recorded draws found."""

    draws: int
    rosters: int
    experts: int
    lines: int
    answers: int
    level: float
    figures: list[Figure]
    small: list[Small]
    notices: list[str]
    unchecked: list[str]

    @property
    def status(self) -> int:
        """0: nothing suspicious; 1: something is; 3: something could not be checked."""
        if any(figure.suspicious for figure in self.figures):
            return 1
        return 3 if self.unchecked else 0


def read_winners(text: str) -> Winners:
    """Return who won, by committee or tender, from a CSV file with the columns WINNER_COLUMNS.

    Raises:
        RuleBroken: WINNERS_READABLE.
    """
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    if set(WINNER_COLUMNS) - set(rows.fieldnames or ()):
        raise RuleBroken(WINNERS_READABLE, needed="the columns " + ", ".join(WINNER_COLUMNS))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, row in enumerate(rows, start=2):
        case, winner = ((row[name] or "").strip() for name in WINNER_COLUMNS)
        if not case or not winner:
            raise RuleBroken(WINNERS_READABLE, needed="both cells filled", line=number)
        found[case].add(winner)
    return {case: frozenset(who) for case, who in found.items()}


def audit(book: Book, winners: Winners | None, level: float, multiple: int) -> Report:
    """Return what all recorded draws say together.

    Args:
        book: the draws.
        winners: who won, or None where nobody says.
        level: how often, over all figures together, chance may be called suspicious.
        multiple: strata with fewer experts than this for each seat are named.
    """
    families: list[tuple[str, Iterable[Finding]]] = [
        *_of_officers(book),
        *_of_applicants(book),
    ]
    if book.opened:
        families += [("first-places", first_places(book)), ("seats-held", seats_held(book))]
        if winners is not None:
            families.append(("expert-and-winner", experts_and_winners(book, winners)))
    tested = [(name, found) for name, each in families if (found := list(each))]
    share = level / max(1, len(tested))
    return Report(
        draws=len(book.draws),
        rosters=len(book.rosters),
        experts=len(book.members),
        lines=len(book.places),
        answers=len(book.replies),
        level=level,
        figures=[_figure(book, name, found, share) for name, found in tested],
        small=small_strata(book, multiple),
        notices=_notices(book, winners),
        unchecked=[] if book.opened else ["experts: the key directory is not at hand"],
    )


def _figure(book: Book, name: str, found: Sequence[Finding], level: float) -> Figure:
    adjusted = holm([one.chance for one in found])
    order = sorted(range(len(found)), key=lambda which: (adjusted[which], found[which].chance))
    suspicious = [which for which in order if adjusted[which] < level]
    others = order[len(suspicious) : len(suspicious) + SHOWN]

    def shown(which: int) -> Finding:
        return msgspec.structs.replace(found[which], adjusted=adjusted[which])

    return Figure(name, len(found), [*map(shown, suspicious)], [*map(shown, others)])


def _notices(book: Book, winners: Winners | None) -> list[str]:
    said = []
    if winners is None:
        said.append("pairs of expert and winner were not asked about: no --winners")
    elif unknown := sum(not _won(draw, winners) for draw in book.draws if not draw.closed):
        said.append(f"{unknown} draws have no winner in the file")
    return said


def first_places(book: Book) -> Iterator[Finding]:
    """Yield, for every expert of a roster, how often he was among the first of an order.

    A roster of n with k seats gives k/n each time, whatever caps, duplicates and answers did
    afterwards, and draws are independent: the tails are those of the Poisson-binomial
    distribution. Both count: who is never drawn is left out by somebody.
    """
    found = Counter(one.expert for one in book.places if one.first)
    yield from _appearances(book, found, _odds_of_seats(book), lambda tails: tails.both)


def seats_held(book: Book) -> Iterator[Finding]:
    """Yield how often an expert holds a seat in the end, where the walk went as far as it did.

    A walk that met m of n in a stratum gives at most m/n: only too often is judged, and rather
    too kindly. Declines that make room for somebody show here and not among the first places.
    """
    reached = Counter(one.roster for one in book.places)
    odds = [min(1.0, reached[n] / roster.size) for n, roster in enumerate(book.rosters)]
    found = Counter(one.expert for one in book.places if one.holds)
    yield from _appearances(book, found, odds, lambda tails: tails.upper)


def _odds_of_seats(book: Book) -> list[float]:
    return [roster.seats / roster.size for roster in book.rosters]


def _appearances(
    book: Book, found: Counter[str | None], odds: Sequence[float], chance: Callable[[Any], float]
) -> Iterator[Finding]:
    tails = lru_cache(maxsize=None)(occurrences_tails)
    lines = _lines_of(book)
    for expert, rosters in sorted(book.members.items()):
        own = tuple(sorted(odds[roster] for roster in rosters))
        yield Finding(
            subject=expert,
            found=found[expert],
            expected=sum(own),
            chance=chance(tails(own, found[expert])),
            lines=lines.get(expert, []),
        )


def _lines_of(book: Book) -> dict[str, list[str]]:
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for one in book.places:
        if one.expert is not None:
            lines[one.expert].append(f"{book.draws[one.draw].id}/{one.line}")
    return dict(lines)


def _of_officers(book: Book) -> Iterator[tuple[str, Iterable[Finding]]]:
    """Yield the figures of those who countersign: declines, and skips that the house says."""
    yield "declines-by-party", answers_by_party(book, own=True)
    yield "skips-by-party", answers_by_party(book, own=False)
    yield "skips-by-person", skips_by_person(book)


def answers_by_party(book: Book, *, own: bool) -> Iterator[Finding]:
    """Yield how many seated lines a party countersigned away, of those it could have.

    Of all lines ever seated so many were freed; of a party's draws come so many lines: how many
    of the freed are among them by chance is hypergeometric. Where two parties may countersign in
    one draw the test is kinder than the truth. `own`: by the expert's own answer, else the house's.
    """
    seated = Counter(one.draw for one in book.places if one.seated)
    asked = [one for one in book.replies if (one.outcome in EXPERTS_OWN) == own]
    by_party = Counter(one.party for one in asked)
    for party in sorted({party for draw in book.draws for party in draw.countersigners}):
        lines = sum(
            count for draw, count in seated.items() if party in book.draws[draw].countersigners
        )
        yield from _excess(party, by_party[party], seated.total(), len(asked), lines)


def skips_by_person(book: Book) -> Iterator[Finding]:
    """Yield how many of the answers that a person countersigned came from the house.

    Held against all answers of everybody: somebody who signs far more `unreachable` or `absent`
    beside as many declines stands out.
    """
    by_person = Counter(one.person for one in book.replies if one.person)
    skips = [one for one in book.replies if one.outcome not in EXPERTS_OWN]
    skipped = Counter(one.person for one in skips)
    for person, signed in sorted(by_person.items()):
        yield from _excess(person, skipped[person], len(book.replies), len(skips), signed)


def _of_applicants(book: Book) -> Iterator[tuple[str, Iterable[Finding]]]:
    """Yield the figures of those who order draws: again, closed, closed with a known result."""
    yield "repeated-attempts", by_applicant(book, lambda draw: draw.attempt > 1)
    yield "closed", by_applicant(book, lambda draw: draw.closed)
    yield "closed-knowing", by_applicant(book, lambda draw: draw.closed and draw.known)


def by_applicant(book: Book, marks: Callable[[Drawn], bool]) -> Iterator[Finding]:
    """Yield how many of each applicant's draws are marked, against the share of all."""
    ordered = Counter(draw.applicant for draw in book.draws)
    marked = Counter(draw.applicant for draw in book.draws if marks(draw))
    for party, count in sorted(ordered.items()):
        yield from _excess(party, marked[party], len(book.draws), marked.total(), count)


def experts_and_winners(book: Book, winners: Winners) -> Iterator[Finding]:
    """Yield how often an expert sat where one winner won, of the cases in which he could have.

    Among the committees for which he stood on a roster and somebody won, so many were this
    winner's and on so many he sat: exact hypergeometric. Specialty and region are thereby
    accounted for, as far as the rosters have one size.
    """
    stood = [draw for draw in book.draws if not draw.closed]
    won = {draw.committee: _won(draw, winners) for draw in stood}
    lines = _lines_of(book)
    for expert, seats in sorted(_committees_sat(book).items()):
        could = {book.draws[book.rosters[roster].draw].committee for roster in book.members[expert]}
        cases = {case for case in could if won.get(case)}
        theirs = Counter(winner for case in cases for winner in won[case])
        met = Counter(winner for case in cases & seats for winner in won[case])
        for winner, times in sorted(theirs.items()):
            pair = f"{expert} × {winner}"
            for found in _excess(pair, met[winner], len(cases), times, len(cases & seats)):
                yield msgspec.structs.replace(found, lines=lines[expert])


def _committees_sat(book: Book) -> dict[str, set[str]]:
    """Return the committees in which each expert held a seat in the end."""
    sat: defaultdict[str, set[str]] = defaultdict(set)
    for one in book.places:
        if one.holds and one.expert is not None and not book.draws[one.draw].closed:
            sat[one.expert].add(book.draws[one.draw].committee)
    return dict(sat)


def _won(draw: Drawn, winners: Winners) -> frozenset[str]:
    return winners.get(draw.committee, frozenset()) | winners.get(draw.tender, frozenset())


def _excess(
    subject: str, found: int, population: int, marked: int, taken: int
) -> Iterator[Finding]:
    """Yield the finding of a hypergeometric upper tail; nothing where nobody could be compared."""
    if 0 < marked < population and 0 < taken < population:
        chance = float(hypergeometric_upper(found, population, marked, taken))
        yield Finding(subject, found, marked * taken / population, chance)


def small_strata(book: Book, multiple: int) -> list[Small]:
    """Return the strata with fewer than `multiple` experts for each seat."""
    return [
        Small(book.draws[one.draw].id, one.stratum, one.seats, one.size)
        for one in book.rosters
        if one.size < multiple * one.seats
    ]
