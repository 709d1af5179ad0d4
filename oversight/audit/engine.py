"""The audit: walk the log, play its entries, compare the rows, settle what differs.

The size is fixed at the start. A running service goes on writing, so rows may be newer than the
entries that were played; nothing is called a difference before the end, where in one snapshot the
head, the entries up to it, those that wait for their place and the suspected rows are seen
together. Killed, it goes on from the last page when it is started with the same directory.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

from piccolo.table import Table

from oversight.ambient import fresh_bytes
from oversight.audit import checkpoints, log_rows, outside, quorum
from oversight.audit.actual import Place, packed, unpacked
from oversight.audit.comparing import UNTOLD_ROWS, UNTOLD_VALUES, Comparer, RowCoverage, order_of
from oversight.audit.payloads import conceals_of, note_faults, note_missing, opened_of, payload_rows
from oversight.audit.playing import UNPLAYED, Player
from oversight.audit.report import Progress, Report, Say, Uncovered
from oversight.audit.scratch import Scratch
from oversight.audit.told import Digests, Expected
from oversight.audit.tree import Stretch, check_stretch, read_stretch
from oversight.database import reading, run
from oversight.keys.directory import ring
from oversight.ledger.coverage import (
    Coverage,
    Covered,
    CoveredTogether,
    NotCovered,
    OfTheLog,
    Replays,
)
from oversight.ledger.notes import VerifierKey
from oversight.ledger.rules import Frontier
from oversight.ledger.tables import ActKey, Payload
from oversight.ledger.terms import terms
from oversight.ledger.tiles import WIDTH, Tile, split_hashes

STRETCH = 4 * WIDTH  # entries held in memory at once
SAY_SECONDS = 1.0
WAITING = 200  # waiting entries played together
NEAR = STRETCH  # entries that may be played within the last snapshot
FORMAT = 1  # of the scratch file: another one begins anew
NONCE_BYTES = 32
Row = Mapping[str, Any]


async def audit(
    coverage: Sequence[Coverage],
    replays: Replays,
    state_dir: Path,
    say: Say = lambda _: None,
    *,
    silent: Collection[str] = (),
    concealed: Mapping[str, Collection[str]] = MappingProxyType({}),
    keys: bool = True,
) -> Report:
    """Audit the database that is open, and return what was found.

    Args:
        coverage: what every concept says about its tables.
        replays: what each kind of entry makes of the rows.
        state_dir: where the audit remembers how far it came; an interrupted one goes on.
        say: is told the progress about once a second.
        silent: kinds that leave no row.
        concealed: fields of each kind that hold a commitment, or nothing.
        keys: whether the process's key ring is to be used; without it nothing sealed is opened.

    Raises:
        RuleBroken: STATE_FREE.
    """
    scratch = Scratch(state_dir)
    try:
        _begin(scratch, _fingerprint(coverage, replays, silent, keys))
        if await _size() < scratch.get("next", 0):  # the database was set back since the last time
            scratch.forget()
            _begin(scratch, _fingerprint(coverage, replays, silent, keys))
        one = _Audit(scratch, coverage, replays, frozenset(silent), concealed, say, keys)
        return await one.finish()
    finally:
        scratch.close()


class _Audit:
    """One audit, from wherever the last one stopped."""

    def __init__(  # noqa: PLR0917 - one place makes it
        self,
        scratch: Scratch,
        coverage: Sequence[Coverage],
        replays: Replays,
        silent: frozenset[str],
        concealed: Mapping[str, Collection[str]],
        say: Say,
        keys: bool,
    ) -> None:
        self.scratch, self.coverage, self.keys, self._say = scratch, coverage, keys, say
        self._concealed = concealed
        self._spoken = 0.0
        digests = Digests(_digest_key(scratch.get("nonce"), keys))
        self.expected = Expected(scratch, digests, coverage)
        self.player = Player(scratch, self.expected, replays, silent, keys)
        self.comparer = Comparer(scratch, digests, self.expected, keys)
        self.outside, self.unread = outside.Outside(), list[str]()
        self.next: int = scratch.get("next", 0)
        self.edge: dict[Tile, bytes] = {
            (level, index): data for level, index, data in scratch.get("edge", [])
        }
        self.frontier = Frontier(self.next, split_hashes(scratch.get("frontier", b"")))

    async def finish(self) -> Report:
        """Do what is left, and return the report."""
        await self._walk(await _size())
        await self._pages("act_key", ActKey, ("act", "n"), self._act_keys)
        await self._pages("payload", Payload, ("act", "n", "field"), self._payload_keys)
        await self._signatures()
        for covered in self.coverage:
            if isinstance(covered, Covered | CoveredTogether):
                await self._compare(covered)
        with self.scratch.together():
            self.comparer.suspect_absent()
        while (size := await _size()) - self.next > NEAR:
            await self._walk(size)
        await self._settle()
        report = self._report()
        with self.scratch.together():
            self.scratch.keep("over", True)
        return report

    async def _walk(self, size: int) -> None:
        """Check and play the entries up to `size`."""
        while self.next < size:
            stop = min(size, (self.next // STRETCH + 1) * STRETCH)
            async with reading():
                stretch = await read_stretch(self.next, stop)
                points = await checkpoints.read_checkpoints(self.next or -1, stop, STRETCH + 1)
                concealed = await payload_rows(self.next, stop)
            with self.scratch.together():
                await self._take(stretch, points, concealed)
            self._tell("entries", self.next, size)

    async def _take(self, stretch: Stretch, points: Sequence[Row], concealed: list[Row]) -> None:
        """Check and play one stretch, and remember that it was done."""
        checked = check_stretch(self.scratch, stretch, self.edge, self.frontier)
        checkpoints.check_roots(self.scratch, points, self.frontier, checked.leaves)
        opened = opened_of(checked.entries, concealed, self.keys)
        note_faults(self.scratch, checked.entries, opened)
        await self.player.prefetch(checked.entries.values())
        for index, logged in checked.entries.items():
            checkpoints.note_key(self.scratch, logged)
            quorum.note_policy(self.scratch, logged)
            fields = self._concealed.get(logged.kind, ())
            note_missing(self.scratch, logged, fields, opened[index])
            await self.player.play(logged, opened[index])
        self.expected.flush()
        self.next, self.edge = stretch.stop, checked.edge
        self.scratch.keep("next", self.next)
        self.scratch.keep("edge", [(*tile, data) for tile, data in self.edge.items()])
        self.scratch.keep("frontier", b"".join(self.frontier.edge))
        if points:
            self.scratch.keep("checkpoint", points[-1]["size"])

    async def _signatures(self) -> None:
        """Open every checkpoint's note and every cosignature."""
        keys, judge = checkpoints.log_keys(self.scratch, self.keys), quorum.Judge(self.scratch)
        if not keys:
            return
        while True:
            async with reading():
                page = await checkpoints.read_signed(self.scratch.get("signed", -1), self.next)
            if not page:
                break
            with self.scratch.together():
                for one in page:
                    self._check_signed(one, keys, judge)
                self.scratch.keep("signed", page[-1].row["size"])
            self._tell("checkpoints", page[-1].row["size"], self.next)
        with self.scratch.together():
            await checkpoints.check_orphans(self.scratch)

    def _check_signed(
        self, one: checkpoints.Signed, keys: Sequence[VerifierKey], judge: quorum.Judge
    ) -> None:
        checkpoints.check_note(self.scratch, one.row, keys, self.keys)
        found = [
            checkpoints.check_cosignature(self.scratch, one.row["note"], row, judge.known)
            for row in one.cosignatures
        ]
        judge.judge(one.row["size"], [cosigner for cosigner in found if cosigner is not None])

    async def _compare(self, covered: RowCoverage) -> None:
        async def page(after: Place) -> Place | None:
            return await self.comparer.compare_page(covered, after)

        name = covered.table._meta.tablename
        await self._pages(f"rows of {name}", covered.table, order_of(covered), page)

    async def _act_keys(self, after: Place) -> Place | None:
        return await log_rows.check_act_keys(self.scratch, after)

    async def _payload_keys(self, after: Place) -> Place | None:
        return await log_rows.check_payload_keys(self.scratch, after)

    async def _pages(
        self,
        phase: str,
        table: type[Table],
        order: Sequence[str],
        page: Callable[[Place], Awaitable[Place | None]],
    ) -> None:
        """Go through a table page by page, from where the last audit stopped."""
        name = f"page of {phase}"
        data: bytes | None = self.scratch.get(name, packed(Place()))
        while data is not None:
            with self.scratch.together():
                async with reading():
                    after = await page(unpacked(table, order, data))
                data = None if after is None else packed(after)
                self.scratch.keep(name, data)
            self._tell(phase, self.scratch.tally("rows") + self.scratch.tally("log rows"), 0)

    async def _settle(self) -> None:
        """Name the differences: head, newest entries and suspects are seen in one snapshot."""
        self.outside = outside.look()
        async with reading():
            head = await log_rows.head_row(self.scratch)
            await self._walk(await log_rows.log_size(head and head["size"]))
            with self.scratch.together():
                await self._check_ends(head)
            with self.scratch.on_trial():
                await self._play_waiting()
                await self.comparer.settle()
        self.player.forget()

    async def _play_waiting(self) -> None:
        """Play the entries that wait, as if they had the places that they would get."""
        entries = await log_rows.waiting(self.scratch, self.next)
        for start in range(0, len(entries), WAITING):
            part = entries[start : start + WAITING]
            found = await conceals_of(part, self.keys)
            for logged in part:
                await self.player.play(logged, found[logged.index])
        self.expected.flush()

    async def _check_ends(self, head: Row | None) -> None:
        if head is not None:
            log_rows.check_head(self.scratch, head, self.frontier)
        await log_rows.check_edge(self.scratch, self.next, self.edge)
        late = self.scratch.get("checkpoint", -1)
        await checkpoints.check_late_roots(self.scratch, late, self.next)
        keys = checkpoints.log_keys(self.scratch, self.keys)
        known = quorum.Judge(self.scratch).known
        self.unread = await outside.check_outside(
            self.scratch, self.outside, self.next, keys, known
        )

    def _report(self) -> Report:
        total, shown = self.scratch.differences()
        return Report(
            size=self.next,
            rows=self.scratch.tally("rows"),
            differences=shown,
            differences_total=total,
            notices=[*quorum.notices(self.scratch), *self._untold(), *self._unseen()],
            unchecked=self._unchecked(),
            uncovered=uncovered(self.coverage),
        )

    def _untold(self) -> list[str]:
        """Return what follows from values that were erased, and can be judged by nobody."""
        rows, values = self.scratch.tally(UNTOLD_ROWS), self.scratch.tally(UNTOLD_VALUES)
        said = {"cannot be judged": rows, "were compared in part": values}
        why = "what they follow from is not told any more"
        return [f"{times} rows {what}: {why}" for what, times in said.items() if times]

    def _unseen(self) -> list[str]:
        return [] if self.outside.state or self.outside.note else [outside.NOTHING_HELD]

    def _unchecked(self) -> list[str]:
        said = list(self.unread)
        if not self.keys:
            said.append("sealed values and commitments: the key directory is not at hand")
        if not checkpoints.log_keys(self.scratch, self.keys):
            said.append("signatures of checkpoints: no key of the log is known")
        if times := self.scratch.tally(UNPLAYED):
            said.append(f"rows: without keys {times} entries cannot be played")
        if times := self.scratch.tally(checkpoints.UNKNOWN_SIGNERS):
            said.append(f"signatures of {times} checkpoints: by keys that are not known here")
        for kind, times in self.scratch.tallies("unknown kind ").items():
            said.append(f"{times} entries of kind {kind}: nothing says what rows they leave")
        return said

    def _tell(self, phase: str, done: int, total: int) -> None:
        now = monotonic()
        if now - self._spoken >= SAY_SECONDS:
            self._spoken = now
            self._say(Progress(phase, done, total))


def uncovered(coverage: Sequence[Coverage]) -> list[Uncovered]:
    """Return the columns and tables about which the log says nothing, and why."""
    found: list[Uncovered] = []
    for one in coverage:
        name = one.table._meta.tablename
        if isinstance(one, NotCovered):
            found.append(Uncovered(name, "", one.why))
        elif not isinstance(one, OfTheLog):
            found += [Uncovered(name, column, why) for column, why in one.silent.items()]
    return found


async def _size() -> int:
    rows = await run("SELECT size FROM head ORDER BY id LIMIT 1")
    return await log_rows.log_size(rows[0]["size"] if rows else None)


def _begin(scratch: Scratch, fingerprint: str) -> None:
    """Go on with what the file holds, if it is about the same audit and not over."""
    if (scratch.get("fingerprint"), scratch.get("over", False)) != (fingerprint, False):
        scratch.forget()
        with scratch.together():
            scratch.keep("fingerprint", fingerprint)
            scratch.keep("nonce", fresh_bytes(NONCE_BYTES))


def _fingerprint(
    coverage: Sequence[Coverage], replays: Replays, silent: Collection[str], keys: bool
) -> str:
    """Return a digest of what is audited: an audit of something else begins anew."""
    words = [str(FORMAT), terms().origin, str(keys), *sorted(replays), "", *sorted(silent)]
    for one in sorted(coverage, key=lambda each: each.table._meta.tablename):
        words += [one.table._meta.tablename, type(one).__name__]
        if isinstance(one, Covered):
            words += [*one.key, "", *one.said, "", *one.opened]
        elif isinstance(one, CoveredTogether):
            words += [*one.key, "", *one.order, "", *one.columns]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _digest_key(nonce: bytes, keys: bool) -> bytes:
    """Return the key of the digests: with the key ring, one that the scratch file does not hold."""
    return ring().blind.index("audit/scratch", nonce.hex()) if keys else nonce
