"""A pool for tests: the people who run it, files of experts, and a filled one at a word."""

from __future__ import annotations

import io

from house import someone

from bidding.intake.commands import import_experts
from bidding.intake.rules import template_header
from bidding.roster.commands import admit_experts
from bidding.roster.schema import Admission
from bidding.sheet.queries import write_csv, write_xlsx
from oversight.authority.rules import Post
from scripts.pool_generator import experts, lines

KEEPER = someone(Post.POOL_KEEPER, name="keeper")
REVIEWER = someone(Post.POOL_REVIEWER, name="reviewer")


def people(count, seed="test"):
    """Return made-up people, the same for the same seed."""
    return list(experts(count, seed))


def csv_file(count, seed="test", change=None):
    """Return a file of people; `change` may edit the list of lines (lists of cells) before."""
    return io.BytesIO(write_csv(template_header(), _changed(count, seed, change)))


def xlsx_file(count, seed="test", change=None):
    return io.BytesIO(write_xlsx("专家", template_header(), _changed(count, seed, change)))


def gb18030_file(count, seed="test", change=None):
    text = csv_file(count, seed, change).getvalue().decode("utf-8-sig")
    return io.BytesIO(text.encode("gb18030"))


def _changed(count, seed, change):
    cells = [list(line) for line in lines(count, seed)]
    if change is not None:
        change(cells)
    return cells


async def filled(house, count=40, seed="test"):
    """Import and admit people; return the receipt of the import."""
    receipt = await import_experts(KEEPER, csv_file(count, seed), house.occasion())
    await admit_experts(REVIEWER, Admission(registered_by=receipt.act), house.occasion())
    return receipt
