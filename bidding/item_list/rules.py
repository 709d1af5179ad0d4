"""Caps of a draw from lists. Pure."""

from collections.abc import Mapping

from bidding.bundle.rules import SUPPLIER_INVITATION


def caps_of(purpose: str, ordered: Mapping[str, int] | None) -> dict[str, int]:
    """Return the caps: as ordered; else one supplier of each controller, and none on items.

    An invitation always has one: its absence would let one owner fill all seats.
    """
    if ordered:
        return dict(ordered)
    return {"controller": 1} if purpose == SUPPLIER_INVITATION else {}
