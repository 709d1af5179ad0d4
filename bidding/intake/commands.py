"""Importing a file of experts: every line judged first, then one act for all of them."""

import asyncio
from typing import BinaryIO

from bidding.intake import queries
from bidding.intake.facts import Imported
from bidding.intake.queries import MEDIA_TYPES, Checked, Report
from bidding.intake.rules import IMPORT_EXPERTS, LINES_GOOD, LINES_PRESENT
from bidding.intake.schema import ImportReceipt, LineFault
from bidding.intake.tables import Intake
from bidding.roster.commands import enrol
from bidding.roster.queries import hold_registrations
from oversight.act import Act, begin
from oversight.authority.rules import Actor, require
from oversight.database import chunks
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion

NOW = Occasion()
CHUNK = 1_000  # experts enrolled at once


def _nothing(_phase: str, _lines: int, _of: int) -> None:
    """Report to nobody."""


async def import_experts(
    actor: Actor,
    file: BinaryIO,
    occasion: Occasion = NOW,
    *,
    skip_bad: bool = False,
    encoding: str = "",
    report: Report = _nothing,
) -> ImportReceipt:
    """Register the experts of a CSV or XLSX file: all of them, or none.

    Args:
        actor: who imports; another person admits.
        file: seekable; read twice.
        occasion: when, and under which request.
        skip_bad: leave out lines with a fault and say which, instead of refusing the file.
        encoding: of a CSV file, where its sender knows; empty: found out, or refused.
        report: is told how far the import has come.

    Raises:
        RuleBroken: LINES_GOOD with the faults of the first lines; LINES_PRESENT;
            COLUMNS_PRESENT; and what `bidding.sheet` refuses.
    """
    require(actor, IMPORT_EXPERTS)
    lists = await queries.lists_on(occasion.clock().date())
    checked = await asyncio.to_thread(queries.check_file, file, lists, encoding, report)
    async with begin(actor, IMPORT_EXPERTS, occasion) as act:
        await hold_registrations()
        await queries.leave_out_known(checked)
        _decide(checked, skip_bad)
        ident = act.new_id()
        await act.record(await _imported(act, ident, checked))
        for done, lines in enumerate(chunks(checked.good, CHUNK)):
            await enrol(act, [line.particulars() for line in lines])
            report("writing", done * CHUNK + len(lines), len(checked.good))
        return act.answered(await _receipt(act, ident, checked))


def _decide(checked: Checked, skip_bad: bool) -> None:
    if checked.bad and not skip_bad:
        raise RuleBroken(
            LINES_GOOD,
            needed="correct these lines, or ask for bad lines to be skipped",
            lines=checked.lines,
            bad_lines=len(checked.bad),
            faults=[
                {"line": one.line, "column": one.column, "cause": one.cause}
                for one in sorted(checked.faults, key=lambda fault: fault.line)
            ],
        )
    if not checked.good:
        raise RuleBroken(
            LINES_PRESENT,
            needed="one good line or more",
            lines=checked.lines,
            bad_lines=len(checked.bad),
        )


async def _imported(act: Act, ident: str, checked: Checked) -> Imported:
    return Imported(
        file={
            "sha256": checked.sha256,
            "bytes": checked.size,
            "media_type": MEDIA_TYPES[checked.kind],
        },
        lines=checked.lines,
        taken=len(checked.good),
        skipped=len(checked.bad),
        lists=await queries.versions(),
        person=act.conceal("person", act.actor.person),
        intake=ident,
    )


async def _receipt(act: Act, ident: str, checked: Checked) -> ImportReceipt:
    await Intake.insert(
        Intake(
            id=ident,
            sha256=checked.sha256,
            bytes=checked.size,
            lines=checked.lines,
            taken=len(checked.good),
            skipped=len(checked.bad),
            imported_at=act.at,
            act=act.id,
        )
    )
    faults = [
        LineFault(one.line, one.column, one.cause)
        for one in sorted(checked.faults, key=lambda fault: fault.line)
    ]
    return ImportReceipt(
        ident,
        act.id,
        checked.sha256,
        checked.encoding,
        checked.lines,
        len(checked.good),
        len(checked.bad),
        faults,
        list(checked.layout.ignored),
    )
