"""How the rows of an order follow from its entry, and from its opened terms."""

from collections.abc import Callable, Mapping
from typing import Any

from bidding.bundle.rules import EVALUATION_COMMITTEE
from bidding.closing.rules import State
from bidding.committee.facts import Formed
from bidding.draw.coverage import put_step
from bidding.draw.facts import Ordered
from bidding.draw.tables import Draw, DrawContributor
from bidding.draw_order.rules import caps_of
from bidding.eligibility.rules import stratum_id
from bidding.item_list.coverage import caps_from, conditions_of, put_lists, strata_of
from oversight.ledger.coverage import NOT_TOLD, Coverage, Replays, Rows, Said, if_told
from oversight.rulebook.rules import edition

_SENT = ("key", "commitment", "nonce", "signature")

COVERAGE: tuple[Coverage, ...] = ()


async def _ordered(said: Said, rows: Rows) -> None:
    body, draw = said.body, said.body["draw"]
    of_committee = body["purpose"] == EVALUATION_COMMITTEE
    rulebook = await _rulebook(said) if of_committee else body["rulebook"]
    terms: Any = said.opened("terms") if body.get("terms") else NOT_TOLD
    rows.put(
        Draw,
        (draw,),
        subject=said.logged.subject,
        purpose=body["purpose"],
        attempt=body["attempt"],
        parent=body["of"] or "",
        rulebook=rulebook,
        party=said.actor,
        person=if_told(terms, lambda told: told.get("person", NOT_TOLD)),
        state=State.ORDERED.value,
        strata=if_told(terms, _strata if of_committee else strata_of),
        caps=if_told(terms, _caps(rulebook) if of_committee else caps_from),
        conditions=if_told(terms, _conditions if of_committee else conditions_of),
        act=said.logged.act,
    )
    if terms is NOT_TOLD:
        rows.untold(DrawContributor, draw=draw)
    else:
        _put_contributors(rows, draw, terms["contributors"])
    if not of_committee:
        put_lists(said, rows, terms)
    await put_step(said, rows)


async def _rulebook(said: Said) -> str | None:
    """Return the edition under which the committee was formed that is drawn."""
    formed = await said.before(Formed.kind, said.logged.subject)
    return None if formed is None else str(formed.body["rulebook"])


def _caps(rulebook: str | None) -> Callable[[Mapping[str, Any]], object]:
    return lambda told: caps_of(told["caps"], edition(str(rulebook)).draw)


def _put_contributors(rows: Rows, draw: str, parties: list[str]) -> None:
    for place, party in enumerate(parties):
        row = {"id": f"{draw}/{place}", "place": place, **dict.fromkeys(_SENT, "")}
        rows.put(DrawContributor, (draw, party), **row)


def _strata(terms: Mapping[str, Any]) -> object:
    return [
        {"id": stratum_id(one["specialty"], one["region"]), "seats": one["seats"]}
        for one in terms["strata"]
    ]


def _conditions(terms: Mapping[str, Any]) -> object:
    reasons = {name: terms[name] for name in ("region_reason", "early_reason") if terms.get(name)}
    return {"on": terms["evaluation_day"], "organisations": terms["recused"], **reasons}


REPLAYS: Replays = {Ordered.kind: _ordered}
LEAVES_NO_ROW: Mapping[str, str] = {}
