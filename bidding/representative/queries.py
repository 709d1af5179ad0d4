"""Questions about representatives."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bidding.draw_record.queries import readable
from bidding.representative.rules import NAMED, REPRESENTATIVE_KNOWN
from bidding.representative.schema import RepresentativesView, RepresentativeView
from bidding.representative.tables import Representative
from bidding.venue.queries import seats_of
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.keys.directory import ring


class Sent(msgspec.Struct, frozen=True):
    """A representative who is named now."""

    id: str
    index: bytes  # blind index of the identity number
    sealed_name: bytes

    def name(self) -> str:
        """Return the name: for the sealed list, and nobody else."""
        return ring().fields.open(self.sealed_name, name_context(self.id)).decode()


async def sent(draw: str) -> list[Sent]:
    """Return those who are named for a draw now, in the order in which they were."""
    rows = (
        await Representative.select()
        .where((Representative.draw == draw) & (Representative.state == NAMED))
        .order_by(Representative.id)
    )
    return [Sent(row["id"], bytes(row["id_index"]), bytes(row["sealed_name"])) for row in rows]


async def named(draw: str, ident: str) -> None:
    """Return only if this representative is named for the draw now.

    Raises:
        RuleBroken: REPRESENTATIVE_KNOWN.
    """
    if ident not in {one.id for one in await sent(draw)}:
        raise RuleBroken(REPRESENTATIVE_KNOWN, needed="the id that naming gave")


async def representative_view(ident: str) -> RepresentativeView:
    """Return one representative as it is shown."""
    row = await Representative.select().where(Representative.id == ident).first()
    assert row is not None, "a representative is missing"
    return _view(row)


async def representatives_for(actor: Actor, draw: str) -> RepresentativesView:
    """Return how many are named, to those who may read the draw; raises READER_ENTITLED."""
    found = await readable(actor, draw)
    rows = (
        await Representative.select().where(Representative.draw == draw).order_by(Representative.id)
    )
    _, needed = await seats_of(found)
    return RepresentativesView(draw, needed, [_view(row) for row in rows])


def name_context(ident: str) -> str:
    """Return the context under which a representative's name is encrypted."""
    return f"representative/name/{ident}"


def _view(row: Mapping[str, Any]) -> RepresentativeView:
    names = ("id", "draw", "letter", "declaration", "state", "act")
    return RepresentativeView(*(row[name] for name in names))
