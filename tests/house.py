"""A house: one fresh instance of the service's ground, on one engine, for one test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import msgspec

from api_spec import assembly
from oversight.authority.rules import Actor, Post, Role
from oversight.configuration import Settings, use_settings
from oversight.database import close_database, open_database, run
from oversight.idempotency.requests import Occasion, Once
from oversight.keys.directory import open_ring, use_ring
from oversight.ledger.integrate import integrate
from oversight.ledger.queries import StoredCheckpoint, newest_checkpoint
from oversight.ledger.rules import EMPTY_ROOT
from oversight.ledger.terms import Terms, use_terms
from oversight.publication.signing import sign_checkpoint
from oversight.signer.state import SignerState, make_state
from oversight.values.digests import sha256

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class House:
    """An open instance.

    `settings`, `ring` and `dsn` are what the service would run with; `engine` is "sqlite" or
    "postgres". `clock` is a clock that stands still until `pass_time` moves it. All tables of
    the assembly are bound, all migrations applied, the log empty, no hand running.
    """

    def __init__(self, engine: str, dsn: str, directory: Path, keys: Path) -> None:
        self.engine, self.dsn, self.directory, self.ring = engine, dsn, directory, open_ring(keys)
        self.settings = msgspec.structs.replace(
            Settings(data_dir=str(directory)), dsn=dsn, key_dir=str(keys)
        )
        self.now = START

    def clock(self) -> datetime:
        """Return the house's present instant."""
        return self.now

    def pass_time(self, **amount: float) -> datetime:
        """Move the clock, as by `timedelta(**amount)`; return the new instant."""
        self.now += timedelta(**amount)
        return self.now

    def occasion(
        self, key: str | None = None, body: bytes = b"", route: str = "POST /v1/test"
    ) -> Occasion:
        """Return an occasion at the house's time, under an idempotency key if one is given."""
        once = Once("tester", route, key, sha256(body)) if key is not None else None
        return Occasion(self.clock, once)

    async def open(self) -> None:
        """Open the database and make this house's keys and terms those of the process."""
        use_ring(self.ring)
        use_settings(self.settings)
        self._make_state()
        signer, public = self.settings.signer_dir, self.settings.public_dir
        use_terms(Terms(self.settings.origin, self.settings.pending_max, signer, public))
        await open_database(self.dsn, assembly.TABLES, assembly.MIGRATED)

    def _make_state(self) -> None:
        directory = Path(self.settings.signer_dir)
        if not directory.exists():
            make_state(directory, SignerState(self.settings.origin, 0, EMPTY_ROOT.hex()))

    async def close(self) -> None:
        """Close the database and take the keys away."""
        await close_database()
        use_ring(None)
        use_settings(None)

    async def settle(self) -> StoredCheckpoint | None:
        """Give every recorded entry its index, sign a checkpoint, and return the newest."""
        while await integrate():
            pass
        await sign_checkpoint()
        return await newest_checkpoint()

    async def count(self, table: str) -> int:
        """Return the number of rows in a table."""
        rows = await run(f"SELECT count(*) AS rows FROM {table}")
        return int(rows[0]["rows"])

    async def log_rows(self) -> int:
        """Return how many entries there are, placed or waiting."""
        return await self.count("entry") + await self.count("pending")


def someone(*posts: Post, role: Role = Role.TRADING_CENTER, name: str = "") -> Actor:
    """Return an actor with these posts; the same role and name make the same party and person."""
    party = str(uuid5(NAMESPACE_DNS, role.value))
    person = str(uuid5(NAMESPACE_DNS, f"{role.value}/{name or '+'.join(sorted(posts))}"))
    return Actor(party, role, person, frozenset(posts))
