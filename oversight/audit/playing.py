"""Playing entries: each in its order, with what its commitments conceal and what came before it."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from oversight.audit.payloads import GONE, Concealed, conceals_of
from oversight.audit.scratch import Scratch
from oversight.audit.told import CoverageBroken, Expected
from oversight.database import run
from oversight.ledger.coverage import NOT_TOLD, Replays, Said
from oversight.ledger.facts import read_entry
from oversight.ledger.queries import LoggedEntry

REMEMBERED = 2_500  # entries kept at hand
TOGETHER = 200  # earlier entries fetched by one question
UNPLAYED = "unplayed entries"


class Played:
    """The entry that is played (the `Said` of a replay)."""

    def __init__(
        self, player: "Player", logged: LoggedEntry, payload: Mapping[str, Concealed]
    ) -> None:
        self.logged, self._player, self._payload = logged, player, payload
        said = read_entry(logged.data)
        self.body: Mapping[str, Any] = said.body
        self.at, self.actor = said.at, said.actor

    def opened(self, field: str) -> Any:
        """Return what the commitment in this field conceals; None where it conceals nothing."""
        if field not in self.body:
            return NOT_TOLD
        if self.body[field] is None:
            return None
        found = self._payload.get(field)
        if found is None or found is GONE or found.fault:
            return NOT_TOLD
        return found.value

    async def entry(self, index: int) -> "Said | None":
        """Return the entry at an earlier index."""
        return await self._player.at(index) if index < self.logged.index else None

    async def before(self, kind: str, subject: str) -> "Said | None":
        """Return the latest earlier entry of a kind about a subject."""
        if subject == self.logged.subject:
            self._player.asks(self.logged.kind, kind)
        return await self._player.latest(kind, subject, self.logged.index)

    async def of_act(self, act: str, kind: str, subject: str | None = None) -> "Said | None":
        """Return the first entry of a kind, about a subject if it is given, of an act."""
        return await self._player.of_act(act, kind, subject)


class Player:
    """Plays entries through the replays."""

    def __init__(
        self, scratch: Scratch, rows: Expected, replays: Replays, silent: frozenset[str], keys: bool
    ) -> None:
        """`silent` are the kinds that leave no row; `keys`: whether the key ring is at hand."""
        self._scratch, self._rows, self._replays = scratch, rows, replays
        self._silent, self._keys = silent, keys
        self._near: OrderedDict[int, Played] = OrderedDict()
        self._asked: dict[str, set[str]] = {}
        self._firsts: OrderedDict[tuple[str, str, str | None], Played] = OrderedDict()

    async def play(self, logged: LoggedEntry, payload: Mapping[str, Concealed]) -> None:
        """Play one entry: rows appear, change and go."""
        said = Played(self, logged, payload)
        self._remember(said)
        replay = self._replays.get(logged.kind)
        self._rows.index = logged.index
        if replay is not None:
            try:
                await replay(said, self._rows)
            except CoverageBroken:
                raise
            except Exception as error:  # an earlier entry may be gone or changed: say so, go on
                self._stuck(logged, type(error).__name__)
        elif logged.kind not in self._silent:
            self._scratch.count(f"unknown kind {logged.kind}")
        self._scratch.ask(
            "INSERT OR REPLACE INTO latest VALUES (?, ?, ?)",
            logged.kind,
            logged.subject,
            logged.index,
        )

    def asks(self, kind: str, earlier: str) -> None:
        """Learn that entries of a kind are played with an earlier one about the same subject."""
        self._asked.setdefault(kind, set()).add(earlier)

    async def prefetch(self, entries: Iterable[LoggedEntry]) -> None:
        """Fetch together what the replays of these entries will ask for, as far as is known."""
        asked = {(e, one.subject) for one in entries for e in self._asked.get(one.kind, ())}
        found = (
            self._scratch.ask("SELECT place FROM latest WHERE kind = ? AND subject = ?", *pair)
            for pair in asked
        )
        places = sorted({rows[0][0] for rows in found if rows} - self._near.keys())
        for start in range(0, len(places), TOGETHER):
            part = places[start : start + TOGETHER]
            await self._fetched_all(f'"index" IN ({", ".join(["{}"] * len(part))})', *part)

    def _stuck(self, logged: LoggedEntry, error: str) -> None:
        """Note that an entry cannot be played; without keys that is no fault of the entry."""
        if self._keys:
            what = f"cannot be played ({error})"
            self._scratch.differ("entry", (logged.index,), "", what, logged.index)
        else:
            self._scratch.count(UNPLAYED)

    async def at(self, index: int) -> Played | None:
        """Return the entry at an index."""
        if index in self._near:
            self._near.move_to_end(index)
            return self._near[index]
        return await self._fetched('"index" = {}', index)

    async def latest(self, kind: str, subject: str, below: int) -> Played | None:
        """Return the latest entry of a kind about a subject whose index lies below one."""
        rows = self._scratch.ask(
            "SELECT place FROM latest WHERE kind = ? AND subject = ?", kind, subject
        )
        if not rows:
            return None
        if rows[0][0] < below:
            return await self.at(rows[0][0])
        where = 'subject = {} AND kind = {} AND "index" < {}'
        where = f'{where} ORDER BY "index" DESC LIMIT 1'
        return await self._fetched(where, subject, kind, below)

    async def of_act(self, act: str, kind: str, subject: str | None) -> Played | None:
        """Return the first entry of a kind of an act."""
        asked = act, kind, subject
        if asked in self._firsts:
            return self._firsts[asked]
        where, values = "act = {} AND kind = {}", [act, kind]
        if subject is not None:
            where, values = f"{where} AND subject = {{}}", [*values, subject]
        found = await self._fetched(f"{where} ORDER BY n LIMIT 1", *values)
        found = found or self._waiting_of(act, kind, subject)
        if found is not None:
            _keep(self._firsts, asked, found)
        return found

    def _waiting_of(self, act: str, kind: str, subject: str | None) -> Played | None:
        """Return it among the entries at hand, where those that wait for their place are."""
        found = [
            said
            for said in self._near.values()
            if said.logged.act == act and said.logged.kind == kind
            if subject in (None, said.logged.subject)
        ]
        return min(found, key=lambda said: said.logged.n, default=None)

    def forget(self) -> None:
        """Drop what is at hand."""
        self._near.clear()
        self._firsts.clear()

    def _remember(self, said: Played) -> Played:
        _keep(self._near, said.logged.index, said)
        return said

    async def _fetched(self, where: str, *values: object) -> Played | None:
        found = await self._fetched_all(where, *values)
        return found[0] if found else None

    async def _fetched_all(self, where: str, *values: object) -> list[Played]:
        """Return entries that are no longer at hand, with what they conceal."""
        sql = f'SELECT "index", act, n, kind, subject, body, leaf FROM entry WHERE {where}'  # noqa: S608
        entries = [one for one in map(_logged, await run(sql, *values)) if one is not None]
        payload = await conceals_of(entries, self._keys)
        return [self._remember(Played(self, one, payload[one.index])) for one in entries]


def _logged(row: Mapping[str, Any]) -> LoggedEntry | None:
    """Return an entry as its bytes say; None where they are none, which was named already."""
    data = bytes(row["body"])
    try:
        said = read_entry(data)
    except msgspec.DecodeError:
        return None
    place, n, leaf = row["index"], row["n"], bytes(row["leaf"])
    return LoggedEntry(place, said.act, n, said.kind, said.subject, data, leaf)


def _keep(kept: OrderedDict[Any, Played], name: object, said: Played) -> None:
    kept[name] = said
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
