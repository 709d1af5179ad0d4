"""Printing the record of a draw: the file is kept as it was handed out, its digest is logged."""

from hashlib import sha256

import msgspec

from bidding.draw import queries as draws
from bidding.draw_record.queries import readable
from bidding.draw_sheet import queries
from bidding.draw_sheet.facts import SheetPrinted
from bidding.draw_sheet.rules import PRINT_SHEET, check_complete, paper_of, sees_whole
from bidding.draw_sheet.schema import SheetOrder, SheetReceipt
from bidding.draw_sheet.tables import DrawSheet
from oversight.act import begin
from oversight.authority.rules import Actor, require
from oversight.database import WRITES_DO_NOT_COLLIDE, reading, retried
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.paper.queries import printed


class _Made(msgspec.Struct, frozen=True):
    """A record that is printed and not kept yet."""

    number: int
    whole: bool
    file: bytes


async def print_sheet(
    actor: Actor, draw: str, order: SheetOrder, occasion: Occasion
) -> SheetReceipt:
    """Print the record of a draw as it stands now.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; RECORD_COMPLETE; CHARACTERS_PRINTABLE.
    """
    require(actor, PRINT_SHEET)

    async def attempt() -> SheetReceipt:
        made = await _made(actor, draw, order.remarks, occasion)  # no writer waits for a printer
        return await _keep(actor, draw, made, occasion)

    return await retried(attempt)


async def _made(actor: Actor, draw: str, remarks: str, occasion: Occasion) -> _Made:
    """Gather one state of the draw, and print it."""
    async with reading():
        found = await readable(actor, draw)
        check_complete(found.state)
        number, whole = await queries.count(draw) + 1, sees_whole(actor)
        told = await queries.material(found, number, occasion.clock(), remarks, whole)
    return _Made(number, whole, await printed(paper_of(told)))


async def _keep(actor: Actor, draw: str, made: _Made, occasion: Occasion) -> SheetReceipt:
    """Log the digest and keep the file; somebody else's record in between begins it anew."""
    async with begin(actor, PRINT_SHEET, occasion) as act:
        found = await draws.case(draw, lock=True)
        if await queries.count(draw) + 1 != made.number:
            raise RuleBroken(WRITES_DO_NOT_COLLIDE, needed="trying again")
        digest, ident = sha256(made.file).hexdigest(), f"{draw}/{made.number}"
        fact = SheetPrinted(
            draw=draw,
            number=made.number,
            whole=made.whole,
            digest=digest,
            person=act.conceal("person", actor.person),
        )
        await act.record(fact, subject=found.subject)
        await DrawSheet.insert(
            DrawSheet(
                id=ident,
                draw=draw,
                number=made.number,
                whole=made.whole,
                digest=digest,
                file=ring().fields.seal(made.file, queries.file_context(ident)),
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(SheetReceipt(draw, made.number, made.whole, digest, act.id))
