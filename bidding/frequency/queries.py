"""How often each expert served within a period, as recorded draws tell it.

Nobody's services are written down beside a draw: whoever could read such rows would know who sits
on a committee before its names are opened. They are counted from the sealed rosters whenever a
draw is sealed under an edition that limits them, and are forgotten with it.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from bidding.bundle.rules import EVALUATION_COMMITTEE
from bidding.closing.rules import State
from bidding.draw import queries as draws
from bidding.draw.tables import Draw
from bidding.frequency.rules import within
from bidding.sealing.queries import BLOCK_ENTRIES, people
from oversight.keys.directory import ring

_HELD = (State.DRAWN.value, State.IDENTIFIED.value)  # a closed draw seats nobody


async def services(on: date, days: int, apart: Collection[str]) -> Mapping[str, int]:
    """Return how often each expert holds a seat in a draw of the period that ends on a day.

    Args:
        on: day of the evaluation; it counts, and so do draws for it.
        days: length of the period.
        apart: draws that do not count: those that fill the same committee.
    """
    served: Counter[str] = Counter()
    rows = await Draw.select(Draw.id).where(
        Draw.state.is_in(list(_HELD)) & (Draw.purpose == EVALUATION_COMMITTEE)
    )
    for draw in (str(row["id"]) for row in rows):
        if draw not in apart and within((await draws.conditions(draw)).on, on, days):
            served.update(await seated_experts(draw))
    return served


async def seated_experts(draw: str) -> set[str]:
    """Return the ids of those who hold a seat of a draw now. A block is opened once."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for line in await draws.lines(draw):
        if line.holds_seat():
            block, place = divmod(line.position, BLOCK_ENTRIES)
            wanted.setdefault((line.stratum, block), []).append(place)
    seated: set[str] = set()
    for (stratum, block), places in wanted.items():
        held = await people(draw, stratum, block, ring().fields)
        seated.update(held[place].expert for place in places)
    return seated
