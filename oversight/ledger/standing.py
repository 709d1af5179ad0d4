"""How far the entries of an act have come: recorded, covered, in effect."""

from oversight.errors import RuleBroken
from oversight.ledger.effect import newest_effective
from oversight.ledger.queries import newest_checkpoint, recorded_of_act
from oversight.ledger.rules import ENTRY_EXISTS
from oversight.ledger.schema import ActStanding, EntryStanding, EntryState


async def standing_of(act: str) -> ActStanding:
    """Return how far each entry of an act has come; an index that nobody vouches for is not told.

    Raises:
        RuleBroken: ENTRY_EXISTS, when no such act is on record.
    """
    newest, effective = await newest_checkpoint(), await newest_effective()
    signed, vouched = newest.size if newest else 0, effective.size if effective else 0
    found = []
    for n, kind, leaf, index in await recorded_of_act(act):
        state, size = _state(index, signed, vouched)
        shown = None if size is None else index
        found.append(EntryStanding(n, kind, leaf.hex(), state, shown, size))
    if not found:
        raise RuleBroken(ENTRY_EXISTS, needed="an act on record", act=act)
    order = list(EntryState)
    return ActStanding(act, min((one.state for one in found), key=order.index), found)


def _state(index: int | None, signed: int, vouched: int) -> tuple[EntryState, int | None]:
    """Return an entry's state, and the size of the checkpoint that it rests on."""
    if index is None or index >= signed:
        return EntryState.RECORDED, None
    if index >= vouched:
        return EntryState.COVERED, signed
    return EntryState.IN_EFFECT, vouched
