"""Printing the record of a draw: the file is kept as it was handed out, its digest is logged."""

from hashlib import sha256

from bidding.draw import queries as draws
from bidding.draw_record.rules import check_reader
from bidding.draw_sheet import queries
from bidding.draw_sheet.facts import SheetPrinted
from bidding.draw_sheet.rules import PRINT_SHEET, check_complete, paper_of, sees_whole
from bidding.draw_sheet.schema import SheetOrder, SheetReceipt
from bidding.draw_sheet.tables import DrawSheet
from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.paper.queries import printed


async def print_sheet(
    actor: Actor, draw: str, order: SheetOrder, occasion: Occasion
) -> SheetReceipt:
    """Print the record of a draw as it stands now.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; RECORD_COMPLETE; CHARACTERS_PRINTABLE.
    """
    async with begin(actor, PRINT_SHEET, occasion) as act:
        found = await draws.case(draw, lock=True)
        check_reader(actor, [one.party for one in found.senders])
        check_complete(found.state)
        number, whole = await queries.count(draw) + 1, sees_whole(actor)
        told = await queries.material(found, number, act.at, order.remarks, whole)
        file = await printed(paper_of(told))
        digest = sha256(file).hexdigest()
        person = act.conceal("person", actor.person)
        fact = SheetPrinted(draw=draw, number=number, whole=whole, digest=digest, person=person)
        await act.record(fact, subject=found.subject)
        ident = f"{draw}/{number}"
        await DrawSheet.insert(
            DrawSheet(
                id=ident,
                draw=draw,
                number=number,
                whole=whole,
                digest=digest,
                file=ring().fields.seal(file, queries.file_context(ident)),
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(SheetReceipt(draw, number, whole, digest, act.id))
