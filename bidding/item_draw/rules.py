"""What a lawful draw from lists is (draw.md, "Other purposes, same engine"). Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from bidding.bundle.rules import OPEN_PURPOSES, SUPPLIER_INVITATION
from bidding.contribution.rules import APPLICANTS, CENTER, SUPERVISOR
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken
from oversight.rulebook.figures import Edition

TIE_BREAK: Final = "tie-break"
PRESENTATION_ORDER: Final = "presentation-order"
INSPECTION_SAMPLE: Final = "inspection-sample"
WITNESSES_MIN: Final = 2  # of an invitation, beside whoever orders it and the center
TIED_MIN: Final = 2
_SECTION = "design: draw.md#Other purposes, same engine"

PURPOSE_LAWFUL = Rule(
    "item_draw.purpose_lawful",
    "A draw from lists is for a purpose that the edition of its case allows; under the tendering "
    "law neither bidders nor candidates nor winners are drawn by lot.",
    "发改法规规〔2022〕1117号 (二); 政府采购法 34; 87令 14, 31, 57, 68",
    Ground.UNLAWFUL,
)
ONE_RULEBOOK = Rule(
    "item_draw.one_rulebook",
    "Everything that is drawn for one case is drawn under one edition.",
    "政府采购法 4; 政府采购法实施条例 7; 招标投标法实施条例 83",
)
ORDERER_FITS = Rule(
    "item_draw.orderer_fits",
    "An inspection sample is ordered by a supervisor, anything else by the buyer or its agent.",
    _SECTION,
    Ground.FORBIDDEN,
)
LISTS_FIT = Rule(
    "item_draw.lists_fit",
    "An order brings suppliers for an invitation and items for anything else, each once, and at "
    "least as many as there are seats.",
    _SECTION,
    Ground.UNLAWFUL,
)
SUPPLIERS_ENOUGH = Rule(
    "item_draw.suppliers_enough",
    "An invitation draws at least three suppliers, from lists several times as long.",
    "政府采购法 34; 87令 14; design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)
TIE_STANDS = Rule(
    "item_draw.tie_stands",
    "A tie is between at least two bidders; each of them and the supervisor contribute.",
    "87令 31, 57, 68; design: draw.md#Other purposes, same engine",
    Ground.UNLAWFUL,
)
ORDER_WHOLE = Rule(
    "item_draw.order_whole",
    "An order of presentation gives each of its items a place.",
    _SECTION,
    Ground.UNLAWFUL,
)
WITNESSES_CONTRIBUTE = Rule(
    "item_draw.witnesses_contribute",
    "At least two witnesses contribute to an invitation, beside whoever orders it and the center.",
    "87令 14; design: draw.md#Other purposes, same engine",
    Ground.UNLAWFUL,
)
LISTED = Rule(
    "item_draw.listed",
    "Suppliers and items make way here; what became of an expert is said on the day, by whom it "
    "concerns.",
    _SECTION,
)
ITEMS_PUBLIC = Rule(
    "item_draw.items_public",
    "What is drawn is shown to everybody where it has public labels.",
    _SECTION,
    Ground.FORBIDDEN,
)

ORDER_ITEMS = Permission(
    "bidding.item_draw.order",
    frozenset({Post.DRAW_APPLICANT, Post.DRAW_SUPERVISOR}),
    frozenset(
        {
            Role.TENDERER,
            Role.PURCHASER,
            Role.AGENT,
            Role.ADMINISTRATIVE_SUPERVISOR,
            Role.PROCUREMENT_REGULATOR,
        }
    ),
    "申请从清单抽取",
    "Order a draw from lists",
)


class Wanted(msgspec.Struct, frozen=True):
    """One list of an order, as far as it is judged."""

    stratum: str
    seats: int
    entries: Sequence[str]  # ids
    suppliers: int  # how many of them are suppliers; the others are items
    parties: Sequence[str] = ()  # for whom its items stand, one each; empty: for nobody


def check_purpose(purpose: str, edition: Edition) -> None:
    """Return only if the edition lets lists be drawn from for this purpose.

    Raises:
        RuleBroken: PURPOSE_LAWFUL, naming the regime and the article that decides.
    """
    if purpose not in edition.draw.purposes:
        raise RuleBroken(
            PURPOSE_LAWFUL,
            needed="one of " + ", ".join(edition.draw.purposes),
            purpose=purpose,
            regime=edition.regime.value,
            edition=edition.name,
            article=edition.figures["draw_purposes"].source,
        )


def check_one_rulebook(rulebook: str, others: Sequence[str]) -> None:
    """Return only if nothing of the case was ordered or formed under another edition.

    Whoever could choose an edition anew for each draw would choose the one that forbids nothing.

    Raises:
        RuleBroken: ONE_RULEBOOK.
    """
    if differing := sorted(set(others) - {rulebook}):
        raise RuleBroken(ONE_RULEBOOK, needed=f"edition {differing[0]}", rulebook=rulebook)


def check_orderer(purpose: str, role: str) -> None:
    """Return only if a party of this trusted role orders draws for this purpose.

    Raises:
        RuleBroken: ORDERER_FITS.
    """
    lawful = {SUPERVISOR} if purpose == INSPECTION_SAMPLE else APPLICANTS
    if role not in lawful:
        raise RuleBroken(
            ORDERER_FITS, needed="a party of role " + " or ".join(sorted(lawful)), role=role
        )


def check_lists(purpose: str, lists: Sequence[Wanted], edition: Edition) -> None:
    """Return only if what is listed can be drawn from, for this purpose.

    Raises:
        RuleBroken: LISTS_FIT, SUPPLIERS_ENOUGH, TIE_STANDS or ORDER_WHOLE, naming each fault.
    """
    if faults := list(_misfits(purpose, lists)):
        raise RuleBroken(LISTS_FIT, needed="; ".join(faults), purpose=purpose)
    if purpose == SUPPLIER_INVITATION:
        _check_suppliers(lists, edition)
    if purpose == TIE_BREAK:
        _check_tie(lists)
    partial = [one.stratum for one in lists if one.seats != len(one.entries)]
    if purpose == PRESENTATION_ORDER and partial:
        raise RuleBroken(ORDER_WHOLE, needed="as many seats as items", strata=partial)


def _misfits(purpose: str, lists: Sequence[Wanted]) -> Iterator[str]:
    suppliers = purpose == SUPPLIER_INVITATION
    counts = Counter(entry for one in lists for entry in one.entries)
    if any(count > 1 for count in counts.values()):
        yield "each entry once in all lists together"
    for one in lists:
        if one.suppliers != (len(one.entries) if suppliers else 0):
            yield f"{one.stratum}: a list of {'suppliers' if suppliers else 'items'}"
        if len(one.entries) < one.seats:
            yield f"{one.stratum}: at least {one.seats} entries"


def _check_suppliers(lists: Sequence[Wanted], edition: Edition) -> None:
    figures = edition.draw
    seats, least = sum(one.seats for one in lists), figures.supplier_seats_min or 1
    short = [
        f"{one.stratum}: {one.seats * figures.roster_multiple} suppliers"
        for one in lists
        if len(one.entries) < one.seats * figures.roster_multiple
    ]
    if seats < least:
        short.append(f"{least} seats in all")
    if short:
        raise RuleBroken(SUPPLIERS_ENOUGH, needed="; ".join(short), seats=seats)


def _check_tie(lists: Sequence[Wanted]) -> None:
    for one in lists:
        named = len(set(one.parties)) == len(one.parties) == len(one.entries)
        if len(one.entries) < TIED_MIN or not named or "" in one.parties:
            raise RuleBroken(
                TIE_STANDS,
                needed=f"{TIED_MIN} bidders or more, each with its party",
                stratum=one.stratum,
            )


def check_witnesses(
    purpose: str, orderer: str, lists: Sequence[Wanted], roles: Mapping[str, str]
) -> None:
    """Return only if those contribute whom the purpose asks for.

    Args:
        purpose: of the draw.
        orderer: the party that orders it.
        lists: as ordered.
        roles: trusted role of each contributor.

    Raises:
        RuleBroken: WITNESSES_CONTRIBUTE, TIE_STANDS.
    """
    if purpose == SUPPLIER_INVITATION:
        witnesses = [one for one, role in roles.items() if one != orderer and role != CENTER]
        if len(witnesses) < WITNESSES_MIN:
            raise RuleBroken(
                WITNESSES_CONTRIBUTE,
                needed=f"{WITNESSES_MIN} contributors beside the one that orders and the center",
                witnesses=len(witnesses),
            )
    if purpose == TIE_BREAK:
        silent = sorted({party for one in lists for party in one.parties} - roles.keys())
        if silent or SUPERVISOR not in roles.values():
            raise RuleBroken(
                TIE_STANDS,
                needed="each tied bidder and the supervisor among the contributors",
                missing=silent,
            )


def outcome_of_failure(purpose: str) -> str:
    """Return the code under which a drawn entry makes way for the next in the order.

    Raises:
        RuleBroken: LISTED, where experts are drawn: what became of them is said elsewhere.
    """
    if purpose == SUPPLIER_INVITATION:
        return "unreachable"
    if purpose in OPEN_PURPOSES:
        return "removed"
    raise RuleBroken(LISTED, needed="a draw from lists", purpose=purpose)


def check_public(purpose: str) -> None:
    """Return only if what is drawn has public labels.

    Raises:
        RuleBroken: ITEMS_PUBLIC.
    """
    if purpose not in OPEN_PURPOSES:
        raise RuleBroken(
            ITEMS_PUBLIC, needed="a draw for one of " + ", ".join(sorted(OPEN_PURPOSES))
        )
