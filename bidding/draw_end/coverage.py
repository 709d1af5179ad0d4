"""How the rows of a draw's end follow from entries."""

from collections.abc import Mapping

from bidding.closing.rules import State
from bidding.draw.coverage import put_step, steps
from bidding.draw.facts import Drawn, Identified, Lapsed, Voided
from bidding.draw.tables import DrawClosing, DrawOpening
from bidding.terminal.coverage import put_result
from oversight.ledger.coverage import Coverage, Replay, Replays, Rows, Said

COVERAGE: tuple[Coverage, ...] = ()


def _closed(state: State) -> Replay:
    async def replay(said: Said, rows: Rows) -> None:
        body = said.body
        await put_step(said, rows, state)
        rows.put(
            DrawClosing,
            (body["draw"],),
            state=state.value,
            reason=body["reason"],
            statement=body["statement"],
            text=body["statement"],
            signature=body["signature"],
            party=said.actor,
            act=said.logged.act,
        )
        if body["alpha"] is not None and not await _drawn_before(said):
            await put_result(said, rows)

    return replay


async def _drawn_before(said: Said) -> bool:
    """Tell whether the draw was run before it was closed."""
    async for step in steps(said):
        if step.logged.kind == Drawn.kind:
            return True
    return False


async def _identified(said: Said, rows: Rows) -> None:
    digest = said.body["openings"]
    await put_step(said, rows, State.IDENTIFIED)
    rows.put(DrawOpening, (said.body["draw"],), digest=digest, openings=digest, act=said.logged.act)


REPLAYS: Replays = {
    Voided.kind: _closed(State.VOIDED),
    Lapsed.kind: _closed(State.LAPSED),
    Identified.kind: _identified,
}
LEAVES_NO_ROW: Mapping[str, str] = {}
