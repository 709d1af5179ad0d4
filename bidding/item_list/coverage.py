"""How lists, and the orders that bring them, follow from an order's opened terms."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bidding.item_list.queries import entries_context
from bidding.item_list.rules import caps_of
from bidding.item_list.schema import ListOrder
from bidding.item_list.tables import DrawList
from oversight.ledger.coverage import NOT_TOLD, Coverage, Covered, Rows, Said, sealed

COVERAGE: tuple[Coverage, ...] = (
    Covered(
        DrawList,
        key=("draw", "stratum"),
        said=("id", "act"),
        opened={"entries": sealed("entries", entries_context, "id", msgspec.json.decode)},
    ),
)


def put_lists(said: Said, rows: Rows, terms: Any) -> None:
    """Put the lists that an order brought; `terms` are its opened terms, or NOT_TOLD."""
    draw = said.body["draw"]
    if terms is NOT_TOLD:
        rows.untold(DrawList, draw=draw)
        return
    for place, one in enumerate(msgspec.convert(terms["strata"], list[ListOrder])):
        entries = msgspec.to_builtins(one.listed())
        rows.put(
            DrawList, (draw, place), id=f"{draw}/{place}", entries=entries, act=said.logged.act
        )


def strata_of(terms: Mapping[str, Any]) -> object:
    """Return the strata of such an order as the draw's row keeps them."""
    return [{"id": one["id"], "seats": one["seats"]} for one in terms["strata"]]


def caps_from(terms: Mapping[str, Any]) -> object:
    """Return the caps of such an order as the draw's row keeps them."""
    return caps_of(terms["purpose"], terms["caps"])


def conditions_of(terms: Mapping[str, Any]) -> object:
    """Return the conditions of such an order as the draw's row keeps them: the day alone."""
    return {"on": terms["day"], "organisations": []}
