"""Whom a buyer may send into a body that evaluates. Pure.

How many is the committee's own figure, judged by its edition when it was formed.
"""

from collections.abc import Collection
from typing import Final

from bidding.roster.rules import read_id_number, read_name
from oversight.authority.rules import Permission, Post, Role
from oversight.errors import Ground, Rule, RuleBroken

REPRESENTATIVES_WITHIN = Rule(
    "representative.within",
    "The buyer names as many representatives as the committee was formed with, each once.",
    "招标投标法 37; 87令 47; 渝 30",
)
REPRESENTATIVE_READABLE = Rule(
    "representative.readable",
    "A representative has a name and an identity number that are well formed.",
    "GB 11643",
    Ground.UNLAWFUL,
)
NAMED_BY_BUYER = Rule(
    "representative.named_by_buyer",
    "Representatives are named by the party that ordered the draw.",
    "87令 45; 12令 9",
    Ground.FORBIDDEN,
)
REPRESENTATIVE_KNOWN = Rule(
    "representative.known",
    "The representative is named for this draw, and not withdrawn.",
    "design: bidding/representative",
    Ground.ABSENT,
)
NAME_REPRESENTATIVE = Permission(
    "bidding.representative.name",
    frozenset({Post.DRAW_APPLICANT}),
    frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT}),
    "指派采购人代表",
    "Name a representative of the buyer",
)
SEE_REPRESENTATIVES = Permission(
    "bidding.representative.see",
    frozenset({Post.DRAW_APPLICANT, Post.DRAW_OPERATOR, Post.DRAW_SUPERVISOR, Post.AUDITOR}),
    None,
    "查看采购人代表登记",
    "See how many representatives are named",
)
NAMED: Final = "named"
WITHDRAWN: Final = "withdrawn"


def read_person(name: str, id_number: str) -> tuple[str, str]:
    """Return name and identity number in their kept form.

    Raises:
        RuleBroken: REPRESENTATIVE_READABLE, naming the field, never the value.
    """
    try:
        kept = read_name(name)
    except ValueError as cause:
        raise RuleBroken(REPRESENTATIVE_READABLE, needed="a name", name=str(cause)) from None
    try:
        return kept, read_id_number(id_number)
    except ValueError as cause:
        raise RuleBroken(
            REPRESENTATIVE_READABLE, needed="an identity number", id_number=str(cause)
        ) from None


def check_naming(
    applicant: str, party: str, most: int, named: Collection[bytes], who: bytes
) -> None:
    """Refuse a stranger's naming, one representative too many, or the same person twice.

    Args:
        applicant: the party that ordered the draw.
        party: of whoever names.
        most: representatives that the committee was formed with.
        named: blind indexes of those that are named already.
        who: blind index of the new one.

    Raises:
        RuleBroken: NAMED_BY_BUYER; REPRESENTATIVES_WITHIN.
    """
    check_buyer(applicant, party)
    if len(named) >= most or who in named:
        raise RuleBroken(
            REPRESENTATIVES_WITHIN,
            needed=f"at most {most} different people",
            named=len(named),
            twice=who in named,
        )


def check_buyer(applicant: str, party: str) -> None:
    """Refuse whoever is not the party that ordered (NAMED_BY_BUYER)."""
    if applicant != party:
        raise RuleBroken(NAMED_BY_BUYER, needed="the party that ordered the draw")
