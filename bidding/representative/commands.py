"""Naming those whom the buyer sends."""

from collections.abc import Mapping

from bidding.draw import queries as draws
from bidding.draw.rules import Step, advance
from bidding.representative import queries
from bidding.representative.facts import Named, Withdrawn
from bidding.representative.rules import (
    NAME_REPRESENTATIVE,
    NAMED,
    WITHDRAWN,
    check_buyer,
    check_naming,
    read_person,
)
from bidding.representative.schema import RepresentativeForm, RepresentativeView
from bidding.representative.tables import Representative
from bidding.roster.queries import id_number_index, name_index
from bidding.venue.queries import seats_of
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring


async def name_representative(
    actor: Actor, draw: str, form: RepresentativeForm, occasion: Occasion
) -> RepresentativeView:
    """Name a member whom the buyer sends; whether he is an expert of the pool is not told.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; REPRESENTATIVE_READABLE; NAMED_BY_BUYER;
            REPRESENTATIVES_WITHIN.
    """
    async with begin(actor, NAME_REPRESENTATIVE, occasion) as act:
        found = await draws.case(draw, lock=True)
        advance(found.state, Step.ANSWER)
        name, number = read_person(form.name, form.id_number)
        index, (_, most) = id_number_index(number), await seats_of(found)
        already = [one.index for one in await queries.sent(draw)]
        check_naming(found.party, actor.party, most, already, index)
        ident = act.new_id()
        details = {
            "name_index": name_index(name).hex(),
            "id_index": index.hex(),
            "letter": form.letter,
            "declaration": form.declaration,
            "person": actor.person,
        }
        fact = Named(draw=draw, representative=ident, details=act.conceal("details", details))
        await act.record(fact, subject=found.subject)
        await _write(act, draw, ident, name, details)
        return act.answered(await queries.representative_view(ident))


async def _write(act: Act, draw: str, ident: str, name: str, details: Mapping[str, str]) -> None:
    sealed = ring().fields.seal(name.encode(), queries.name_context(ident))
    await Representative.insert(
        Representative(
            id=ident,
            draw=draw,
            sealed_name=sealed,
            id_index=bytes.fromhex(details["id_index"]),
            letter=details["letter"],
            declaration=details["declaration"],
            state=NAMED,
            person=details["person"],
            act=act.id,
        )
    )


async def withdraw_representative(
    actor: Actor, draw: str, ident: str, occasion: Occasion
) -> RepresentativeView:
    """Send somebody else: this one is named no more.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NAMED_BY_BUYER; REPRESENTATIVE_KNOWN.
    """
    async with begin(actor, NAME_REPRESENTATIVE, occasion) as act:
        found = await draws.case(draw, lock=True)
        advance(found.state, Step.ANSWER)
        check_buyer(found.party, actor.party)
        await queries.named(draw, ident)
        person = act.conceal("person", actor.person)
        fact = Withdrawn(draw=draw, representative=ident, person=person)
        await act.record(fact, subject=found.subject)
        await Representative.update({Representative.state: WITHDRAWN}).where(
            Representative.id == ident
        )
        return act.answered(await queries.representative_view(ident))
